// SPDX-License-Identifier: LGPL-2.1-or-later
// A message of rtnetlink(7) about a network device.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vmwarden::host {

class LinkRequest {
  public:
    // `type` RTM_NEWLINK or RTM_DELLINK, `flags` beyond NLM_F_REQUEST and NLM_F_ACK; index 0: the
    // device is named by an attribute, or new.
    LinkRequest(std::uint16_t type, std::uint16_t flags, unsigned index);

    void set_up(); // the device
    void text(std::uint16_t attribute, const std::string& value);
    void number(std::uint16_t attribute, std::uint32_t value);
    // "52:54:00:12:34:56"
    void address(std::uint16_t attribute, const std::string& mac);
    // What is added until end() is inside this attribute.
    std::size_t begin(std::uint16_t attribute);
    void end(std::size_t begun);

    // Sends it and waits for the kernel's word; std::system_error with `what` for a no.
    void send(const std::string& what);

  private:
    void add(std::uint16_t attribute, const void* bytes, std::size_t size);
    void put(std::size_t at, const void* bytes, std::size_t size);

    std::vector<unsigned char> message_;
};

} // namespace vmwarden::host

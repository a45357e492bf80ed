// SPDX-License-Identifier: LGPL-2.1-or-later
// <source> of a <disk type='network'>, into a URL.
#include "src/domain/network_source.h"
#include "src/domain/read_images.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <arpa/inet.h>

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::size_t longest_name = 1024;

constexpr Word<std::string_view> protocols[] = {self("nbd"), self("http"), self("https"),
                                                self("ftp"), self("ftps")};
constexpr NotDone protocols_refused[] = {
    {"rbd", "the keys to its cluster are not kept here"},
    {"iscsi", "its disks are block devices of the host once the host has logged in"},
    {"ssh", "a guest has no keys of the host's"},
    {"gluster", "mount it, and name the file"},
    {"nfs", "mount it, and name the file"},
    {"tftp", "QEMU has it no more since version 2.3"},
    {"sheepdog", "QEMU has it no more since version 6.1"},
    {"vxhs", "QEMU has it no more since version 5.2"}};
constexpr NotDone source_refused[] = {{"tls", "no certificates are kept for guests"},
                                      {"tlsHostname", "no certificates are kept for guests"}};
constexpr NotDone children_refused[] = {
    {"auth", "passwords are not kept for guests"},
    {"ssl", "a server's certificate is always verified"},
    {"cookies", "passwords are not kept for guests"},
    {"readahead", "how far ahead QEMU reads is its own to choose"},
    {"timeout", "how long QEMU waits is its own to choose"},
    {"reconnect", "what a server does not answer is an error to the guest"},
    {"identity", "a guest has no keys of the host's"},
    {"knownHosts", "a guest has no keys of the host's"},
    {"snapshot", "only protocols that are refused have them"},
    {"config", "only protocols that are refused have one"},
    {"initiator", "only protocols that are refused have one"},
    {"encryption", "there are no secrets for guests in this version"},
    {"reservations", "reservations of the host's disks are not passed on"},
    {"slices", "a part of an image is not another image: copy it out"},
    {"seclabel", "what is on a server carries no label"}};
constexpr NotDone host_refused[] = {{"socket", "a server's socket of this host is not named"}};
constexpr NotDone transports_refused[] = {
    {"unix", "a server on this host listens on an address of it"},
    {"rdma", "only protocols that are refused have it"},
    {"vsock", "a server on this host listens on an address of it"}};

// What may stand in a URL between its marks (RFC 3986, pchar and '/').
bool is_plain(std::string_view text, std::string_view also) {
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~!$&'()*+,;=:@%/").find(c) != std::string_view::npos ||
               also.find(c) != std::string_view::npos;
    });
}

bool is_host_name(std::string_view text) {
    constexpr std::size_t longest = 253;
    return !text.empty() && text.size() <= longest && text[0] != '-' && text[0] != '.' &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.';
           });
}

// "images.example:8443"; empty where it is refused.
std::string read_host(ElementReader& element) {
    constexpr Word<bool> transports[] = {{"tcp", true}};
    element.word("transport", transports, transports_refused);
    element.refuse_attributes(host_refused);
    const auto name = element.required_attribute("name");
    if (!name) return {};
    std::string host(name->text);
    if (!is_host_name(host)) {
        in6_addr address{};
        if (::inet_pton(AF_INET6, host.c_str(), &address) != 1) {
            element.error(name->at, in_quotes(name->text) + " is no name or address of a server",
                          "write one like images.example or 2001:db8::1");
            return {};
        }
        host = "[" + host + "]";
    }
    const auto port = element.attribute("port");
    const auto number =
        port ? number_from(*port, "port", 1, 65535, element.report()) : std::nullopt;
    return number ? host + ":" + std::to_string(*number) : host;
}

std::string read_name(ElementReader& source, std::string_view name, std::string_view also) {
    const auto value = source.attribute(name);
    if (!value) return {};
    if (value->text.size() <= longest_name && is_plain(value->text, also))
        return std::string(value->text);
    source.error(value->at, in_quotes(value->text) + " cannot be part of a URL",
                 "use up to 1024 letters, digits and -._~!$&'()*+,;=:@/, others as %20");
    return {};
}

} // namespace

ImageSource read_network_source(ElementReader& source) {
    ImageSource read{{}, source.place()};
    const auto protocol = source.required_word("protocol", protocols, protocols_refused);
    if (!protocol) {
        source.skip_rest();
        return read;
    }
    const auto name = read_name(source, "name", {});
    const auto query = read_name(source, "query", "?");
    std::string host;
    if (!source.child("host", [&](ElementReader& element) { host = read_host(element); }))
        source.error(source.at(), "a disk of the network needs a <host>",
                     "write <host name='server.example' port='10809'/>");
    if (*protocol == "nbd" && source.attribute("query"))
        source.error(source.at(), "nbd has no queries", "remove query");
    if (*protocol != "nbd" && !source.attribute("name"))
        source.error(source.at(), "<source> names no file of the server",
                     "write name='path/of/the/file'");
    set_aside(source, "index");
    source.refuse_attributes(source_refused);
    source.refuse_children(children_refused);
    if (!host.empty())
        read.source =
            std::string(*protocol) + "://" + host + "/" + name + (query.empty() ? "" : "?" + query);
    return read;
}

} // namespace vmwarden::domain

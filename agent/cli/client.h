// SPDX-License-Identifier: LGPL-2.1-or-later
// The agent, called: every verb that is not offline goes through here.
#pragma once

#include "agent/bus/sdbus_compat.h"
#include "agent/cli/failure.h"

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::cli {

struct ListedGuest {
    std::string name;
    std::string state;
    std::string path;
};

// A policy file that is not in force yet.
struct PolicyText {
    std::string name; // that it is to have
    std::string text;
    std::string file; // what diagnostics call it
};

// A row of Policy.GetEffective.
struct EffectiveEntry {
    std::string key;
    std::string value;
    std::string because;
};

// Option dictionary of a call (a{sv}): strings, booleans and unsigned numbers.
using CallOptions = nlohmann::ordered_json;

// All calls throw Failure, with the exit code that the agent's error name stands for.
class Client {
  public:
    // `ask_password`: let polkit ask the person at this terminal or desktop.
    explicit Client(bool ask_password);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    std::vector<ListedGuest> list();
    std::string capabilities(); // XML
    std::string find(const std::string& name); // object path
    void define(const std::string& xml, const std::string& file);
    void create(const std::string& xml, const std::string& file);
    nlohmann::ordered_json plan(const std::string& xml, const std::string& file);

    // A verb of org.vmwarden1.Guest that ends in a job; returns when the job has ended.
    void run_job(const std::string& path, const std::string& method, CallOptions options);
    void undefine(const std::string& path, CallOptions given);
    std::string xml(const std::string& path);
    nlohmann::ordered_json guest_plan(const std::string& path);
    nlohmann::ordered_json verify(const std::string& path); // array of rows
    nlohmann::ordered_json properties(const std::string& path);

    void reload_policy();
    // Gives when the trial ends, CLOCK_REALTIME in microseconds.
    std::uint64_t try_policy(const PolicyText& policy, std::uint32_t seconds);
    std::string confirm_policy(); // the file's path
    void revert_policy();
    nlohmann::ordered_json simulate_policy(const PolicyText& policy); // array of rows
    // Of all guests, or of the one named.
    std::vector<EffectiveEntry> effective_policy(const std::string& guest);
    nlohmann::ordered_json explain(const std::string& key, const std::string& guest);
    nlohmann::ordered_json explain_device(const std::string& guest, const std::string& device);

  private:
    [[nodiscard]] bus::Dictionary options(CallOptions options = {}) const;

    std::unique_ptr<sdbus::IConnection> connection_;
    bool ask_password_;
};

} // namespace vmwarden::cli

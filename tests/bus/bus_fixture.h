// SPDX-License-Identifier: LGPL-2.1-or-later
// The real agent on a private bus over a host in memory, a polkit that answers as told, and a
// client.
#pragma once

#include "agent/bus/sdbus_compat.h"
#include "agent/daemon/agent.h"
#include "tests/bus/fake_host.h"
#include "tests/bus/private_bus.h"

#include <future>
#include <gtest/gtest.h>
#include <thread>

namespace vmwarden::tests {

// org.freedesktop.PolicyKit1 on the private bus.
class FakePolkit {
  public:
    enum class Will { yes, no, challenge, never_answer };
    struct Asked {
        std::string subject;
        std::string action;
        std::map<std::string, std::string> details;
        std::uint32_t flags = 0;
    };
    FakePolkit();
    ~FakePolkit();
    void will(Will will);
    std::vector<Asked> asked();
    void wait_for_cancellation();
    void wait_for_question();

  private:
    using Check = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;
    using Subject = sdbus::Struct<std::string, bus::Dictionary>;
    std::mutex mutex_;
    std::condition_variable changed_;
    Will will_ = Will::yes;
    unsigned cancelled_ = 0;
    std::vector<Asked> asked_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IObject> object_;
    std::vector<sdbus::Result<Check>> unanswered_; // goes before the connection
};

// What the agent told everyone, as lines: "JobNew web", "JobRemoved web done",
// "Added /path", "Removed /path", "State running", "MainPID 1001", ...
class Heard {
  public:
    explicit Heard(sdbus::IConnection& connection);
    void wait_for(const std::string& line);
    std::vector<std::string> lines();

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> lines_;

    void note(const std::string& line);
    void note_properties(sdbus::Message& message);
    void note_objects(const std::string& member, sdbus::Message& message);
    void note_job(const std::string& member, sdbus::Message& message);
};

class BusTest : public testing::Test {
  protected:
    BusTest();
    ~BusTest() override;

    // Once what the test wants of host and disk is in place; a second time: another agent.
    void start_agent(std::chrono::milliseconds idle_timeout = std::chrono::hours(1));
    void stop_agent();
    // Keeps the agent from looking at the bus, runs `meanwhile`, and tells the agent to stop.
    void stop_agent_after(const std::function<void()>& meanwhile);
    // Waits for the agent to go by itself.
    void join_agent();

    static std::string xml(const std::string& name, const std::string& disk = "/images/a.raw");
    static bus::Dictionary waiting();

    template <class... Out, class... In>
    std::tuple<Out...> call(const std::string& path, const std::string& interface,
                            const std::string& method, const In&... in) {
        std::tuple<Out...> out;
        auto proxy = bus::make_proxy(*client_, "org.vmwarden1", path);
        auto invoker = proxy->callMethod(method);
        invoker.onInterface(interface);
        if constexpr (sizeof...(In) != 0) invoker.withArguments(in...);
        std::apply([&](auto&... values) { invoker.storeResultsTo(values...); }, out);
        return out;
    }
    template <class... Out, class... In>
    auto manager(const std::string& method, const In&... in) {
        return call<Out...>("/org/vmwarden1", "org.vmwarden1.Manager", method, in...);
    }
    template <class... Out>
    auto guest(const std::string& name, const std::string& method,
               const bus::Dictionary& options = {}) {
        return call<Out...>("/org/vmwarden1/guest/" + name, "org.vmwarden1.Guest", method, options);
    }
    // A verb, waited for.
    void ask(const std::string& name, const std::string& verb) {
        guest<sdbus::ObjectPath>(name, verb, waiting());
    }
    void create(const std::string& name, const std::string& disk = "/images/a.raw") {
        manager<sdbus::ObjectPath, sdbus::ObjectPath>("CreateGuest", xml(name, disk), waiting());
    }
    void define(const std::string& name, const std::string& disk = "/images/a.raw") {
        manager<sdbus::ObjectPath>("DefineGuest", xml(name, disk), bus::Dictionary());
    }
    std::string state(const std::string& name);
    template <class T>
    T property(const std::string& path, const std::string& interface, const std::string& name) {
        auto proxy = bus::make_proxy(*client_, "org.vmwarden1", path);
        return proxy->getProperty(name).onInterface(interface).template get<T>();
    }

    PrivateBus bus_;
    TemporaryDirectory disk_;
    FakeHost host_;
    FakePolkit polkit_;
    std::unique_ptr<sdbus::IConnection> client_;
    Heard heard_;
    bool agent_wanted_ = false; // what the last one said as it left

  private:
    std::promise<void> ready_;
    supervisor::Loop* loop_ = nullptr;
    daemon::Agent* agent_ = nullptr;
    std::thread thread_;

    void run_agent(std::chrono::milliseconds idle_timeout);
};

// What `step` is refused with: "NoSuchGuest: no guest is called ..."; fails the test if it is not.
template <class Step>
std::string error_of(Step step) {
    constexpr std::string_view prefix = "org.vmwarden1.Error.";
    try {
        step();
    } catch (const sdbus::Error& error) {
        std::string name = error.getName();
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
        return name + ": " + error.getMessage();
    }
    ADD_FAILURE() << "was not refused";
    return {};
}

} // namespace vmwarden::tests

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bus/bus_fixture.h"

#include "agent/bus/json_variant.h"

#include <csignal>

namespace vmwarden::tests {

namespace {

constexpr auto polkit_interface = "org.freedesktop.PolicyKit1.Authority";

std::unique_ptr<sdbus::IConnection> connected_client() {
    auto connection = sdbus::createSystemBusConnection();
    connection->enterEventLoopAsync();
    return connection;
}

} // namespace

FakePolkit::FakePolkit()
  : connection_(sdbus::createSystemBusConnection(bus::BusName("org.freedesktop.PolicyKit1")))
  , object_(sdbus::createObject(*connection_,
                                sdbus::ObjectPath("/org/freedesktop/PolicyKit1/Authority"))) {
    bus::add_method(
        *object_, polkit_interface, "CheckAuthorization",
        [this](sdbus::Result<Check>&& result, Subject subject, std::string action,
               std::map<std::string, std::string> details, std::uint32_t flags, std::string) {
            const std::lock_guard lock(mutex_);
            asked_.push_back(
                {subject.get<1>().at("name").get<std::string>(), action, details, flags});
            if (will_ == Will::never_answer)
                unanswered_.push_back(std::move(result));
            else
                result.returnResults(Check(will_ == Will::yes, will_ == Will::challenge, {}));
            changed_.notify_all();
        });
    bus::add_method(*object_, polkit_interface, "CancelCheckAuthorization",
                    [this](const std::string&) {
                        const std::lock_guard lock(mutex_);
                        ++cancelled_;
                        changed_.notify_all();
                    });
    bus::finish_methods(*object_);
    connection_->enterEventLoopAsync();
}

FakePolkit::~FakePolkit() {
    connection_->leaveEventLoop();
}

void FakePolkit::will(Will will) {
    const std::lock_guard lock(mutex_);
    will_ = will;
}

std::vector<FakePolkit::Asked> FakePolkit::asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
}

void FakePolkit::wait_for_cancellation() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return cancelled_ != 0; });
}

void FakePolkit::wait_for_question() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !asked_.empty(); });
}

Heard::Heard(sdbus::IConnection& connection) {
    bus::watch(connection, "type='signal',path_namespace='/org/vmwarden1'",
               [this](sdbus::Message& message) {
                   const std::string member = message.getMemberName();
                   if (member == "PropertiesChanged") note_properties(message);
                   if (member.starts_with("Interfaces")) note_objects(member, message);
                   if (member.starts_with("Job")) note_job(member, message);
               });
}

void Heard::note(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
}

void Heard::note_properties(sdbus::Message& message) {
    std::string interface;
    bus::Dictionary changed;
    message >> interface >> changed;
    changed.erase("Errors"); // structs: no JSON
    const auto json = bus::to_json(changed);
    for (const auto& [name, value] : json.items())
        if (name != "Since")
            note(name + " " + (value.is_string() ? value.get<std::string>() : value.dump()));
}

void Heard::note_objects(const std::string& member, sdbus::Message& message) {
    sdbus::ObjectPath path;
    message >> path;
    note((member == "InterfacesAdded" ? "Added " : "Removed ") + path);
}

void Heard::note_job(const std::string& member, sdbus::Message& message) {
    std::uint32_t id = 0;
    sdbus::ObjectPath job;
    std::string guest;
    std::string result;
    message >> id >> job >> guest;
    if (member == "JobRemoved") message >> result;
    note(member + " " + guest + (result.empty() ? "" : " " + result));
}

void Heard::wait_for(const std::string& line) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return std::find(lines_.begin(), lines_.end(), line) != lines_.end(); });
}

std::vector<std::string> Heard::lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
}

BusTest::BusTest()
  : client_(connected_client())
  , heard_(*client_) {}

BusTest::~BusTest() {
    stop_agent();
    client_->leaveEventLoop();
}

void BusTest::start_agent(std::chrono::milliseconds idle_timeout) {
    stop_agent();
    ready_ = {};
    thread_ = std::thread([this, idle_timeout] { run_agent(idle_timeout); });
    ready_.get_future().wait();
}

void BusTest::run_agent(std::chrono::milliseconds idle_timeout) {
    supervisor::Loop loop;
    const auto connection = sdbus::createSystemBusConnection();
    const auto authority = host::connect_polkit(loop.raw());
    daemon::Agent agent(loop, *connection, *authority, host_,
                        {{disk_.path() + "/guests", disk_.path() + "/definitions"}, idle_timeout});
    loop_ = &loop;
    agent_ = &agent;
    loop.post([this] { ready_.set_value(); });
    agent.run();
    agent_wanted_ = agent.wanted();
}

void BusTest::stop_agent() {
    if (!thread_.joinable()) return;
    loop_->post([this] { agent_->stop(); });
    thread_.join();
}

void BusTest::stop_agent_after(const std::function<void()>& meanwhile) {
    std::promise<void> held;
    std::promise<void> over;
    loop_->post([&] {
        held.set_value();
        over.get_future().wait();
        agent_->stop();
    });
    held.get_future().wait();
    meanwhile();
    over.set_value();
    thread_.join();
}

void BusTest::join_agent() {
    thread_.join();
}

std::string BusTest::xml(const std::string& name, const std::string& disk) {
    return "<domain type='qemu'>\n  <name>" + name +
           "</name>\n  <memory unit='MiB'>64</memory>\n  <vcpu>1</vcpu>\n"
           "  <os><type arch='x86_64'>hvm</type></os>\n  <devices>\n"
           "    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n"
           "    <disk type='file' device='disk'><source file='" +
           disk + "'/><target dev='vda' bus='virtio'/></disk>\n  </devices>\n</domain>\n";
}

bus::Dictionary BusTest::waiting() {
    return {{"wait", sdbus::Variant(true)}};
}

std::string BusTest::state(const std::string& name) {
    return property<std::string>("/org/vmwarden1/guest/" + name, "org.vmwarden1.Guest", "State");
}

} // namespace vmwarden::tests

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bus/fake_host.h"

#include <array>
#include <fcntl.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace vmwarden::tests {

FakeQemu::FakeQemu(UniqueFd socket)
  : socket_(std::move(socket))
  , thread_([this] { serve(); }) {}

FakeQemu::~FakeQemu() {
    shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
}

void FakeQemu::say(const std::string& line) {
    const auto bytes = line + "\r\n";
    [[maybe_unused]] const auto sent =
        send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void FakeQemu::serve() {
    std::string pending;
    std::array<char, 4096> buffer{};
    for (ssize_t got; (got = recv(socket_.get(), buffer.data(), buffer.size(), 0)) > 0;) {
        pending.append(buffer.data(), static_cast<std::size_t>(got));
        for (std::size_t end; (end = pending.find('\n')) != std::string::npos;) {
            answer(pending.substr(0, end));
            pending.erase(0, end + 1);
        }
    }
}

void FakeQemu::answer(const std::string& line) {
    const auto request = nlohmann::json::parse(line);
    const std::string command = request.at("execute");
    const std::string stamp = R"("timestamp":{"seconds":1,"microseconds":2}})";
    if (command == "stop") say(R"({"event":"STOP",)" + stamp);
    if (command == "cont") say(R"({"event":"RESUME",)" + stamp);
    say(nlohmann::json{{"return", nlohmann::json::object()}, {"id", request.at("id")}}.dump());
    const std::lock_guard lock(mutex_);
    commands_.insert(command);
    changed_.notify_all();
}

void FakeQemu::wait_for(const std::string& command) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return commands_.count(command) != 0; });
}

host::PolicyTree FakeHost::policy_tree() {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::string> files = script_.own_policies;
    files["test.yaml"] = script_.policy;
    host::PolicyTree tree;
    for (const auto& [name, text] : files)
        tree.files.push_back({"/etc/vmwarden/policy.d/" + name, text});
    return tree;
}

std::optional<std::string> FakeHost::read_own_policy(const std::string& name, Diagnostics&) {
    const std::lock_guard lock(mutex_);
    const auto found = script_.own_policies.find(name);
    return found == script_.own_policies.end() ? std::string() : found->second;
}

bool FakeHost::replace_own_policy(const std::string& name,
                                  const host::EditablePolicyFile::Edit& edit, Diagnostics&) {
    const std::lock_guard lock(mutex_);
    auto text = edit(script_.own_policies[name]);
    if (text) script_.own_policies[name] = std::move(*text);
    return text.has_value();
}

std::vector<executor::FileClaim> FakeHost::sole_claims(const std::string& guest) {
    const std::lock_guard lock(mutex_);
    return script_.claims[guest];
}

host::LastGoodPolicy FakeHost::last_good_policy() {
    const std::lock_guard lock(mutex_);
    return script_.last_good;
}

void FakeHost::keep_last_good_policy(const std::vector<PolicyFile>& files) {
    const std::lock_guard lock(mutex_);
    script_.last_good = {files, {}};
}

std::uint32_t FakeHost::give_guest_id(const std::string& guest, IdRange range) {
    const std::lock_guard lock(mutex_);
    if (range.first + ids_.size() > range.last) throw std::runtime_error("all ids are taken");
    return ids_.emplace(guest, range.first + static_cast<std::uint32_t>(ids_.size())).first->second;
}

HostFacts FakeHost::probe(const FactsRequest& request) {
    HostFacts facts;
    facts.machine_arch = "x86_64";
    facts.host_uuid = *Uuid::parse("6e0b6d12-6a3c-4d2c-9c66-0b7b3f2f1a10");
    facts.identity = Identity{{64055}, {64055}, {}};
    if (const auto* id = std::get_if<AccountId>(&request.user)) facts.identity->uid = {id->value};
    facts.shim_account = Owner{{990}, {990}};
    facts.selinux = {true, true, "system_u:system_r:svirt_t:s0",
                     "system_u:object_r:svirt_image_t:s0", "system_u:object_r:virt_content_t:s0"};
    facts.category_seed = 7; // always the same: only the registry keeps pairs apart
    for (const auto& path : request.files) {
        auto& fact = facts.files[path];
        const bool device = path.starts_with("/dev/");
        if (path == "/dev/kvm" || path.find("missing") != std::string::npos) continue;
        fact.state = FileFact::State::present;
        fact.resolved = path;
        fact.type = device ? FileType::character : FileType::regular;
        fact.id = {1, std::hash<std::string>()(path)};
        fact.device = {1, static_cast<std::uint32_t>(path.size())};
        fact.mode = 0755;
        fact.label = "system_u:object_r:file_t:s0";
        fact.can_label = true;
        fact.guest_can_execute = true;
        fact.guest_can_read = fact.guest_can_write =
            script([&](const Script& s) { return s.closed.count(path) == 0; });
        fact.parents = {{"/", true}};
    }
    return facts;
}

executor::RunningGuest FakeHost::make_guest(const LaunchPlan& plan) {
    int sockets[2];
    int alive[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0 ||
        pipe2(alive, O_CLOEXEC) != 0)
        throw std::runtime_error("no descriptors");
    const std::lock_guard lock(mutex_);
    machines_[plan.name] = {std::make_unique<FakeQemu>(UniqueFd(sockets[1])), UniqueFd(alive[1])};
    executor::RunningGuest guest;
    guest.plan = plan;
    guest.qemu_pid = ++last_pid_;
    guest.shim_pid = ++last_pid_;
    guest.shim_pidfd = UniqueFd(alive[0]);
    guest.qmp = UniqueFd(sockets[0]);
    return guest;
}

executor::RunningGuest FakeHost::launch(const LaunchPlan& plan) {
    {
        std::unique_lock lock(mutex_);
        ++begun_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !script_.hold_launches; });
        if (script_.launch_error)
            throw executor::LaunchError("selinux-exec-label", *script_.launch_error);
        script_.launched.push_back(plan);
    }
    return make_guest(plan);
}

void FakeHost::wait_for_launches(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= count; });
}

void FakeHost::end(const std::string& guest) {
    const std::lock_guard lock(mutex_);
    machines_.at(guest).alive.reset();
}

FakeQemu& FakeHost::qemu(const std::string& guest) {
    const std::lock_guard lock(mutex_);
    return *machines_.at(guest).qemu;
}

executor::ExitRecord FakeHost::take_back(const std::string& guest, std::vector<std::string>&) {
    const std::lock_guard lock(mutex_);
    script_.taken_back.push_back(guest);
    return script_.record;
}

void FakeHost::remove_guest_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    script_.removed.push_back(path);
}

bool FakeHost::remove_nvram(const std::string& path) {
    const std::lock_guard lock(mutex_);
    script_.nvram_removed.push_back(path);
    return true;
}

void FakeHost::kill_scope(const std::string& guest) {
    if (script([](const Script& s) { return s.kill_fails; }))
        throw executor::LaunchError("scope", "the scope stays");
    end(guest);
}

bool FakeHost::set_limits(const executor::RunningGuest&, const LaunchPlan& changed) {
    std::unique_lock lock(mutex_);
    ++limits_begun_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !script_.hold_limits; });
    if (script_.limits_fail) throw executor::LaunchError("verify", "the limits do not hold");
    script_.limited.push_back(changed);
    return true;
}

executor::OwnershipPass FakeHost::own_directories(const Account& user, const Account& group,
                                                  std::set<FileId> in_use) {
    const std::lock_guard lock(mutex_);
    script_.owned.push_back({account_text(user), account_text(group), std::move(in_use)});
    changed_.notify_all();
    executor::OwnershipPass pass;
    pass.complete = script_.pass_is_complete;
    return pass;
}

void FakeHost::wait_for_passes(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return script_.owned.size() >= count; });
}

void FakeHost::wait_for_limits(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return limits_begun_ >= count; });
}

supervisor::CapabilitiesSeen FakeHost::capabilities(const HostPolicy&) {
    std::unique_lock lock(mutex_);
    ++script_.looks;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !script_.hold_looks; });
    return script_.capabilities;
}

void FakeHost::wait_for_looks(unsigned count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return script_.looks >= count; });
}

std::vector<executor::Survivor> FakeHost::survey() {
    const std::lock_guard lock(mutex_);
    return std::move(script_.survivors);
}

KernelView FakeHost::kernel_view(const executor::RunningGuest& guest) {
    KernelView view;
    const auto uid = guest.plan.process.identity.uid.value;
    view.uids = {uid, uid, uid, 0}; // one of four is wrong
    return view;
}

} // namespace vmwarden::tests

// SPDX-License-Identifier: LGPL-2.1-or-later
// One launch, stage by stage; run() is the list of them. Each stage that changes something says
// first how to take it back.
#include "agent/executor/executor.h"
#include "agent/executor/granted_files.h"
#include "agent/executor/guest_directory.h"
#include "agent/executor/guest_state.h"
#include "agent/executor/network_devices.h"
#include "agent/executor/place_threads.h"
#include "agent/executor/scope_end.h"
#include "agent/executor/shim_link.h"
#include "agent/executor/taken_devices.h"
#include "agent/executor/undo.h"
#include "agent/host/cgroup.h"
#include "agent/host/device_filter.h"
#include "agent/host/files.h"
#include "agent/host/kernel_view.h"
#include "agent/host/overlay.h"
#include "agent/host/process.h"
#include "agent/host/qmp_client.h"
#include "agent/host/selinux.h"
#include "src/plan/check.h"
#include "src/plan/codec.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <map>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace vmwarden::executor {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;
using Kind = plan::InheritedFd::Kind;

// Only what hangs is ended by these: a shim or QEMU that has died is noticed at once.
constexpr auto shim_patience = seconds(30);
constexpr auto scope_patience = seconds(60);
constexpr auto qemu_patience = seconds(180); // guests with much memory to lock take their time
constexpr auto last_words_patience = seconds(10);

std::pair<UniqueFd, UniqueFd> stream_pair() {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a socket pair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

class Launch {
  public:
    Launch(const LaunchPlan& plan, const Places& places)
      : plan_(plan)
      , places_(places) {}

    RunningGuest run();
    LaunchError taken_back(const LaunchError& error);

  private:
    void check_plan() const;
    void keep_devices();
    void make_state();
    void spawn_shim();
    void ask_for_scope();
    void open_descriptors();
    UniqueFd open_descriptor(const plan::InheritedFd& fd);
    void make_network_devices();
    UniqueFd open_qmp(const plan::InheritedFd& fd);
    [[nodiscard]] std::string name_among_state(const plan::InheritedFd& fd) const;
    [[nodiscard]] UniqueFd open_directory(const std::string& path) const;
    UniqueFd open_monitor();
    UniqueFd connect_attendant(const std::string& name);
    [[nodiscard]] UniqueFd open_overlay(const plan::InheritedFd& fd) const;
    void give_files();
    void send_plan();
    void enter_scope();
    void settle_in_scope(int scope);
    void release();
    void await_prelaunch();
    void place_threads();
    void check_confinement();
    void pull_cables();
    void let_run();
    RunningGuest finish();
    LaunchError explained(const host::QmpError& error) const;

    const LaunchPlan& plan_;
    const Places& places_;
    Undo undo_;

    std::optional<GuestState> state_;
    UniqueFd log_;
    host::Spawned shim_;
    std::optional<ShimLink> link_;
    std::unique_ptr<host::SystemdManager> systemd_;
    std::string control_group_;
    UniqueFd shim_monitor_;
    std::vector<UniqueFd> for_qemu_;
    std::map<std::string, UniqueFd> for_attendants_;
    std::vector<NetworkQueue> network_queues_;
    UniqueFd exit_record_;
    UniqueFd emulator_node_;
    StartedQemu qemu_;
    std::optional<host::QmpClient> qmp_;
};

// What a stage throws becomes a LaunchError of that stage; one that names its own step stays.
template <class Stage>
void at(const char* step, Stage stage) {
    try {
        stage();
    } catch (const LaunchError&) {
        throw;
    } catch (const std::exception& error) {
        throw LaunchError(step, error.what());
    }
}

// The shim starts up and systemd makes the scope while files and sockets are prepared.
RunningGuest Launch::run() {
    keep_devices();
    at("plan", [&] { check_plan(); });
    at("state directory", [&] { make_state(); });
    at("shim", [&] { spawn_shim(); });
    at("scope", [&] { ask_for_scope(); });
    at("network", [&] { make_network_devices(); });
    at("descriptors", [&] { open_descriptors(); });
    at("files", [&] { give_files(); });
    at("directories", [&] { make_guest_directories(plan_); });
    at("shim", [&] { send_plan(); });
    at("scope", [&] { enter_scope(); });
    at("shim", [&] { release(); });
    at("emulator", [&] { await_prelaunch(); });
    at("threads", [&] { place_threads(); });
    at("verify", [&] { check_confinement(); });
    at("emulator", [&] { pull_cables(); });
    at("emulator", [&] { let_run(); });
    return finish();
}

LaunchError Launch::taken_back(const LaunchError& error) {
    std::string message = error.message();
    for (const std::string& failure : undo_.run())
        message += "; besides, " + failure;
    return {error.step(), message, error.hint()};
}

void Launch::check_plan() const {
    const std::string broken = plan::broken_rule(plan_);
    if (!broken.empty()) throw LaunchError("plan", broken);
    if (plan_.state_directory != places_.guests + "/" + plan_.name)
        throw LaunchError("plan", "its state directory is not this agent's");
    if (plan::takes_devices(plan_)) throw LaunchError("plan", "its devices are the host's still");
}

// They have been taken already; given back when nothing of QEMU is left.
void Launch::keep_devices() {
    if (plan_.host_devices.empty()) return;
    undo_.push("the drivers of host devices", [this] {
        std::vector<std::string> left;
        give_back_devices(plan_.name, left, places_);
        if (!left.empty()) throw std::runtime_error(left.front());
    });
}

void Launch::make_state() {
    try {
        state_ = GuestState::create(places_, plan_.name);
    } catch (const std::system_error& error) {
        if (error.code().value() != EEXIST) throw;
        throw LaunchError("state directory", plan_.state_directory + " is there already",
                          "another run of this guest has not been taken back");
    }
    undo_.push("the state directory", [this] { GuestState::remove(places_, plan_.name); });
    state_->write_plan(plan_);
    state_->link_journal(places_, plan_.name);
    exit_record_ = state_->create_exit_record();
    log_ = state_->create_log();
}

void Launch::spawn_shim() {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a socket pair");
    link_.emplace(UniqueFd(ends[0]));
    const UniqueFd theirs(ends[1]);
    const UniqueFd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!nothing) throw std::system_error(errno, std::generic_category(), "cannot open /dev/null");
    shim_ = host::spawn(places_.shim, {{nothing.get(), STDIN_FILENO},
                                       {log_.get(), STDOUT_FILENO},
                                       {log_.get(), STDERR_FILENO},
                                       {theirs.get(), 3}});
    undo_.push("the shim", [this] { host::end_child(shim_); });
}

// The shim goes first: the scope may not exist yet, and one that loses its last process ends.
void Launch::ask_for_scope() {
    systemd_ = host::connect_systemd();
    undo_.push("the scope " + plan_.scope.unit, [this] {
        host::kill_process(shim_.pidfd.get());
        end_scope(*systemd_, plan_.scope.unit);
    });
    systemd_->begin_scope(plan_.scope, shim_.pid);
}

void Launch::make_network_devices() {
    if (plan_.networks.empty()) return;
    undo_.push("the network devices", [this] {
        network_queues_.clear();
        std::vector<std::string> left;
        remove_network_devices(plan_.name, left);
        if (!left.empty()) throw std::runtime_error(left.front());
    });
    network_queues_ = executor::make_network_devices(plan_);
}

void Launch::open_descriptors() {
    for (const plan::InheritedFd& fd : plan_.process.fds)
        for_qemu_.push_back(open_descriptor(fd));
    if (!qmp_) throw LaunchError("descriptors", "the plan has no QMP socket");
}

UniqueFd Launch::open_descriptor(const plan::InheritedFd& fd) {
    switch (fd.kind) {
    case Kind::qmp_listener:
        return open_qmp(fd);
    case Kind::shim_monitor:
        return open_monitor();
    case Kind::channel:
        return state_->listen_at(name_among_state(fd));
    case Kind::network:
        return take_queue(network_queues_, fd.device);
    case Kind::vhost_net:
        return open_vhost_net(fd.path);
    case Kind::directory:
        return open_directory(fd.path);
    case Kind::attendant:
        return connect_attendant(fd.device);
    case Kind::overlay:
        return open_overlay(fd);
    case Kind::log_file:
        try {
            return host::open_log(fd.path, fd.truncate, plan_.process.identity.uid);
        } catch (const std::system_error& error) {
            throw LaunchError("log file", error.what(),
                              "a guest's log is a plain file of its own, named without links");
        }
    }
    throw LaunchError("descriptors", "the plan lists one of an unknown kind");
}

// The guest has it by its descriptor alone; SELinux looks at its label even so.
UniqueFd Launch::open_overlay(const plan::InheritedFd& fd) const {
    auto overlay = host::make_overlay(fd.path, fd.bytes.value_or(0));
    const auto& label = plan_.security.image_label;
    if (!label.empty()) host::selinux::set_label(overlay.get(), label);
    return overlay;
}

std::string Launch::name_among_state(const plan::InheritedFd& fd) const {
    const std::string directory = plan_.state_directory + "/";
    const std::string name = fd.path.starts_with(directory) ? fd.path.substr(directory.size()) : "";
    if (name.empty() || name.find('/') != std::string::npos)
        throw LaunchError("descriptors", fd.path + " is not in the guest's state directory");
    return name;
}

// Connected before QEMU exists: the kernel keeps the connection until QEMU takes it.
UniqueFd Launch::open_qmp(const plan::InheritedFd& fd) {
    const std::string name = name_among_state(fd);
    UniqueFd listener = state_->listen_at(name);
    qmp_.emplace(state_->connect_to(name));
    return listener;
}

// QEMU opens it through this, as the guest's user: which directory it is cannot change any more.
UniqueFd Launch::open_directory(const std::string& path) const {
    UniqueFd directory = host::open_in_place(path);
    const auto id = host::id_of(host::status_of(directory.get()));
    const bool planned = std::any_of(plan_.files.begin(), plan_.files.end(), [&](const auto& file) {
        return file.is_directory && file.resolved == path && file.id == id;
    });
    if (!planned)
        throw LaunchError("filesystem", path + " is not the directory that was looked at before",
                          "somebody has replaced it meanwhile: start the guest again");
    return directory;
}

UniqueFd Launch::open_monitor() {
    auto [shims, qemus] = stream_pair();
    shim_monitor_ = std::move(shims);
    return std::move(qemus);
}

UniqueFd Launch::connect_attendant(const std::string& name) {
    auto [attendants, qemus] = stream_pair();
    for_attendants_[name] = std::move(attendants);
    return std::move(qemus);
}

void Launch::give_files() {
    undo_.push("the owners and labels of files", [this] {
        std::vector<std::string> left;
        restore_files(plan_.name, places_, left);
        std::string all;
        for (const std::string& line : left)
            all += (all.empty() ? "" : ", ") + line;
        if (!left.empty()) throw std::runtime_error(all);
    });
    grant_files(plan_, places_);
}

void Launch::send_plan() {
    const UniqueFd plan = host::sealed_memfd("vmwarden-plan", plan::encode(plan_));
    std::vector<int> descriptors{plan.get(), exit_record_.get()};
    if (shim_monitor_) descriptors.push_back(shim_monitor_.get());
    for (const UniqueFd& fd : for_qemu_)
        descriptors.push_back(fd.get());
    for (const plan::Attendant& attendant : plan_.attendants)
        descriptors.push_back(for_attendants_.at(attendant.name).get());
    link_->send_prepare(descriptors);
    // A copy of a listener or a pipe kept here would keep QEMU's end alive after its death.
    for_qemu_.clear();
    for_attendants_.clear();
    shim_monitor_.reset();
    link_->await_ready(Clock::now() + shim_patience);
}

void Launch::enter_scope() {
    systemd_->finish_scope(Clock::now() + scope_patience);
    control_group_ = host::cgroup::of_process(shim_.pid);
    if (!control_group_.ends_with("/" + plan_.scope.unit))
        throw LaunchError("scope", "the shim is in " + control_group_ + ", not in the group of " +
                                       plan_.scope.unit);
    const UniqueFd scope = host::cgroup::open_node(control_group_);
    if (plan_.scope.device_filter && !host::device_filter_attached(scope.get()).value_or(false))
        throw LaunchError("device filter", "is not attached to " + control_group_,
                          "systemd says nothing when it cannot: the host must allow it bpf(2) and "
                          "have the unified cgroup hierarchy");
    settle_in_scope(scope.get());
}

// A node with children may hold no process itself, so the shim gets one of its own.
void Launch::settle_in_scope(int scope) {
    const UniqueFd shim = host::cgroup::make_child(scope, "shim");
    emulator_node_ = host::cgroup::make_child(scope, "emulator");
    host::cgroup::move_process(shim.get(), shim_.pid);
    const bool settled = host::cgroup::processes(scope).empty() &&
                         host::cgroup::processes(shim.get()) == std::vector<pid_t>{shim_.pid} &&
                         host::cgroup::processes(emulator_node_.get()).empty();
    if (!settled) throw LaunchError("scope", "other processes than the shim are in it");
}

void Launch::release() {
    link_->send_release(emulator_node_.get());
    emulator_node_.reset();
    qemu_ = link_->await_started(Clock::now() + shim_patience);
}

void Launch::await_prelaunch() {
    try {
        const auto deadline = Clock::now() + qemu_patience;
        qmp_->negotiate(deadline);
        const auto status = qmp_->execute("query-status", deadline);
        if (status.value("status", "") != "prelaunch")
            throw LaunchError("emulator", "runs the guest before its confinement was checked");
    } catch (const host::QmpError& error) {
        throw explained(error);
    }
}

void Launch::place_threads() {
    try {
        executor::place_threads(plan_, qemu_.pid, *qmp_, Clock::now() + qemu_patience);
    } catch (const host::QmpError& error) {
        throw explained(error);
    }
}

void Launch::check_confinement() {
    const auto view = host::read_kernel_view(qemu_.pid, qemu_.pidfd.get(), plan_);
    std::string broken;
    std::string hint;
    for (const VerifyRow& row : verify(plan_, view)) {
        if (row.holds) continue;
        if (broken.empty()) hint = row.hint;
        broken += (broken.empty() ? "" : ", ") + ("'" + row.protection) +
                  "' does not hold: planned " + row.planned + ", found " + row.found;
    }
    if (!broken.empty()) throw LaunchError("verify", broken, hint);
}

void Launch::pull_cables() {
    try {
        for (const std::string& card : plan_.links_down)
            qmp_->execute("set_link", {{"name", card}, {"up", false}},
                          Clock::now() + qemu_patience);
    } catch (const host::QmpError& error) {
        throw explained(error);
    }
}

void Launch::let_run() {
    try {
        const auto deadline = Clock::now() + qemu_patience;
        qmp_->execute("cont", deadline);
        const auto status = qmp_->execute("query-status", deadline);
        if (!status.value("running", false))
            throw LaunchError("emulator", "does not run the guest: its status is '" +
                                              status.value("status", "unknown") + "'");
    } catch (const host::QmpError& error) {
        throw explained(error);
    }
}

// Why QEMU went silent, in its own words where it had some.
LaunchError Launch::explained(const host::QmpError& error) const {
    std::string message = error.what();
    if (error.kind() == host::QmpError::Kind::ended &&
        host::has_ended(shim_.pidfd.get(), last_words_patience)) {
        const ExitRecord end = state_->exit_record();
        message = !end.known      ? "QEMU has ended"
                  : end.signalled ? "QEMU was killed by signal " + std::to_string(end.code)
                                  : "QEMU ended with status " + std::to_string(end.code);
    }
    std::string words = state_->exit_record().last_words;
    std::replace(words.begin(), words.end(), '\n', ' ');
    return {"emulator", message + (words.empty() ? "" : ": " + words)};
}

RunningGuest Launch::finish() {
    at("state directory", [&] {
        state_->write_running({host::boot_id(), control_group_, qemu_.pid,
                               host::start_time(qemu_.pid).value_or(0), shim_.pid,
                               host::start_time(shim_.pid).value_or(0)});
    });
    undo_.forget();
    RunningGuest guest;
    guest.plan = plan_;
    guest.qemu_pid = qemu_.pid;
    guest.shim_pid = shim_.pid;
    guest.qemu_pidfd = std::move(qemu_.pidfd);
    guest.shim_pidfd = std::move(shim_.pidfd);
    guest.qmp = qmp_->release();
    return guest;
}

} // namespace

RunningGuest launch(const LaunchPlan& plan, const Places& places) {
    Launch launch(plan, places);
    try {
        return launch.run();
    } catch (const LaunchError& error) {
        throw launch.taken_back(error);
    }
}

} // namespace vmwarden::executor

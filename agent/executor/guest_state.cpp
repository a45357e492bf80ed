// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/guest_state.h"

#include "agent/host/files.h"
#include "agent/host/lines.h"
#include "agent/host/read_text.h"
#include "src/base/text.h"
#include "src/plan/codec.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

namespace vmwarden::executor {
namespace {

constexpr const char* plan_file = "plan";
constexpr const char* unit_file = "unit";
constexpr const char* running_file = "running";
constexpr const char* log_file = "qemu.log";
constexpr const char* exit_file = "exit";
constexpr std::size_t last_words_size = 800;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

UniqueFd open_directory(const Places& places, const std::string& guest) {
    return UniqueFd(::open((places.guests + "/" + guest).c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

UniqueFd unix_socket() {
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) fail("cannot make a socket");
    return socket;
}

sockaddr_un address(int directory, const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/" + name;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail("cannot name the socket " + name);
    }
    path.copy(address.sun_path, path.size());
    return address;
}

template <class Number>
bool read_number(std::string_view text, std::string_view key, Number& value) {
    const auto number = parse_number(host::value_of(text, key));
    if (number) value = static_cast<Number>(*number);
    return number.has_value();
}

} // namespace

std::string encode(const RunningRecord& record) {
    return "boot " + record.boot + "\ncontrol_group " + record.control_group + "\nqemu_pid " +
           std::to_string(record.qemu_pid) + "\nqemu_start " + std::to_string(record.qemu_start) +
           "\nshim_pid " + std::to_string(record.shim_pid) + "\nshim_start " +
           std::to_string(record.shim_start) + "\n";
}

std::optional<RunningRecord> decode_running(std::string_view text) {
    RunningRecord record;
    record.boot = host::value_of(text, "boot ");
    record.control_group = host::value_of(text, "control_group ");
    const bool whole = read_number(text, "qemu_pid ", record.qemu_pid) &&
                       read_number(text, "qemu_start ", record.qemu_start) &&
                       read_number(text, "shim_pid ", record.shim_pid) &&
                       read_number(text, "shim_start ", record.shim_start);
    if (!whole || record.boot.empty() || !record.control_group.starts_with('/'))
        return std::nullopt;
    return record;
}

ExitRecord decode_exit(std::string_view text) {
    ExitRecord record;
    const auto exited = parse_number(host::value_of(text, "exited "));
    const auto killed = parse_number(host::value_of(text, "killed "));
    record.known = exited || killed;
    record.signalled = !exited && killed;
    record.code = static_cast<int>(exited ? *exited : killed.value_or(0));
    return record;
}

std::string last_words(std::string_view log) {
    std::string words;
    if (log.size() > last_words_size) {
        log.remove_prefix(log.size() - last_words_size);
        log.remove_prefix(std::min(log.find('\n') + 1, log.size())); // 0 when there is no newline
    }
    host::for_each_line(log, [&](std::string_view line) {
        if (host::trimmed(line).empty()) return;
        words += (words.empty() ? "" : "\n") + printable(host::trimmed(line));
    });
    return words;
}

GuestState GuestState::create(const Places& places, const std::string& guest) {
    const UniqueFd guests = host::own_directory(places.guests, 0755);
    return GuestState(host::fresh_directory(guests.get(), guest, 0700));
}

std::optional<GuestState> GuestState::open(const Places& places, const std::string& guest) {
    UniqueFd directory = open_directory(places, guest);
    if (!directory && errno == ENOENT) return std::nullopt;
    if (!directory) fail("cannot open the state of " + guest);
    return GuestState(std::move(directory));
}

std::vector<std::string> GuestState::all(const Places& places) {
    return host::names_in(host::own_directory(places.guests, 0755).get());
}

void GuestState::remove(const Places& places, const std::string& guest) {
    host::remove_directory(host::own_directory(places.guests, 0755).get(), guest);
}

void GuestState::write_plan(const LaunchPlan& plan) {
    host::write_file(directory_.get(), unit_file, plan.scope.unit, false);
    host::write_file(directory_.get(), plan_file, plan::encode(plan), false);
}

std::string GuestState::unit() const {
    return host::read_text(unit_file, directory_.get()).value_or("");
}

std::optional<LaunchPlan> GuestState::plan() const {
    const auto text = host::read_text(plan_file, directory_.get());
    return text ? plan::decode(*text) : std::nullopt;
}

void GuestState::write_running(const RunningRecord& record) {
    host::write_file(directory_.get(), running_file, encode(record), false);
}

std::optional<RunningRecord> GuestState::running() const {
    const auto text = host::read_text(running_file, directory_.get());
    return text ? decode_running(*text) : std::nullopt;
}

UniqueFd GuestState::create(const char* name) {
    UniqueFd file(openat(directory_.get(), name,
                         O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) fail(std::string("cannot make the file ") + name);
    return file;
}

UniqueFd GuestState::create_log() {
    return create(log_file);
}

UniqueFd GuestState::create_exit_record() {
    return create(exit_file);
}

ExitRecord GuestState::exit_record() const {
    ExitRecord record = decode_exit(host::read_text(exit_file, directory_.get()).value_or(""));
    record.last_words = last_words(host::read_text(log_file, directory_.get()).value_or(""));
    return record;
}

void GuestState::link_journal(const Places& places, const std::string& guest) {
    const std::string target = places.restore + "/" + guest + ".journal";
    if (symlinkat(target.c_str(), directory_.get(), "restore.journal") < 0)
        fail("cannot link the restore journal");
}

UniqueFd GuestState::listen_at(const std::string& name) {
    UniqueFd socket = unix_socket();
    const sockaddr_un where = address(directory_.get(), name);
    if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0 ||
        listen(socket.get(), 1) < 0)
        fail("cannot listen at " + name);
    return socket;
}

UniqueFd GuestState::connect_to(const std::string& name) const {
    UniqueFd socket = unix_socket();
    const sockaddr_un where = address(directory_.get(), name);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0)
        fail("cannot connect to " + name);
    return socket;
}

} // namespace vmwarden::executor

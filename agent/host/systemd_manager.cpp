// SPDX-License-Identifier: LGPL-2.1-or-later
// Interface: org.freedesktop.systemd1(5). Everything that need not be waited for is sent ahead in
// one stream; the bus keeps the order, so a match stands before the call whose signal it is for.
#include "agent/host/systemd_manager.h"

#include "src/base/number_set.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>
#include <systemd/sd-bus.h>
#include <vector>

namespace vmwarden::host {
namespace {

constexpr const char* service = "org.freedesktop.systemd1";
constexpr const char* object = "/org/freedesktop/systemd1";
constexpr const char* interface = "org.freedesktop.systemd1.Manager";
constexpr std::uint64_t call_timeout_usec = 30'000'000;

struct CloseBus {
    void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
struct DropSlot {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
struct DropMessage {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;
using Slot = std::unique_ptr<sd_bus_slot, DropSlot>;
using Message = std::unique_ptr<sd_bus_message, DropMessage>;

void check(int result, const std::string& what) {
    if (result < 0) throw SystemdError(what + ": " + std::strerror(-result));
}

std::string words(const sd_bus_error& error) {
    return error.message != nullptr ? error.message : error.name != nullptr ? error.name : "?";
}

struct JobEnd {
    std::string job, unit, result;
};

struct PendingScope {
    std::string unit;
    std::string job;           // empty until the call has answered
    std::string error;         // of the call
    std::vector<JobEnd> ended; // the signal may come before the answer
    std::vector<Slot> slots;
};

int on_job_removed(sd_bus_message* message, void* data, sd_bus_error*) {
    std::uint32_t id = 0;
    const char *job = nullptr, *unit = nullptr, *result = nullptr;
    if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) < 0) return 0;
    static_cast<PendingScope*>(data)->ended.push_back({job, unit, result});
    return 0;
}

int on_started(sd_bus_message* message, void* data, sd_bus_error*) {
    auto& pending = *static_cast<PendingScope*>(data);
    const char* job = nullptr;
    if (sd_bus_message_is_method_error(message, nullptr))
        pending.error = words(*sd_bus_message_get_error(message));
    else if (sd_bus_message_read(message, "o", &job) < 0)
        pending.error = "an answer that is no job";
    else
        pending.job = job;
    return 0;
}

struct Removal {
    std::string unit;
    bool seen = false;
};

int on_unit_removed(sd_bus_message* message, void* data, sd_bus_error*) {
    auto& removal = *static_cast<Removal*>(data);
    const char *unit = nullptr, *path = nullptr;
    if (sd_bus_message_read(message, "so", &unit, &path) >= 0 && removal.unit == unit)
        removal.seen = true;
    return 0;
}

// Writes the message piece by piece; the first piece that fails is what check() sees at the end.
class Writer {
  public:
    explicit Writer(sd_bus_message* message)
      : message_(message) {}

    template <class... Arguments>
    void append(const char* types, Arguments... arguments) {
        if (result_ >= 0) result_ = sd_bus_message_append(message_, types, arguments...);
    }
    void open(char type, const char* contents) {
        if (result_ >= 0) result_ = sd_bus_message_open_container(message_, type, contents);
    }
    void close() {
        if (result_ >= 0) result_ = sd_bus_message_close_container(message_);
    }
    void property_of_words(const char* name, const std::vector<std::string>& list) {
        open('r', "sv");
        append("s", name);
        open('v', "as");
        open('a', "s");
        for (const std::string& word : list)
            append("s", word.c_str());
        for (int i = 0; i < 3; ++i)
            close();
    }
    void property_of_bytes(const char* name, const std::vector<std::uint8_t>& bytes) {
        open('r', "sv");
        append("s", name);
        open('v', "ay");
        if (result_ >= 0)
            result_ = sd_bus_message_append_array(message_, 'y', bytes.data(), bytes.size());
        for (int i = 0; i < 2; ++i)
            close();
    }
    [[nodiscard]] int result() const { return result_; }

  private:
    sd_bus_message* message_;
    int result_ = 0;
};

void append_devices(Writer& to, const plan::Scope& scope) {
    to.append("(sv)", "DevicePolicy", "s", scope.device_filter ? "strict" : "auto");
    to.open('r', "sv");
    to.append("s", "DeviceAllow");
    to.open('v', "a(ss)");
    to.open('a', "(ss)");
    for (const plan::DeviceRule& rule : scope.devices)
        to.append("(ss)", rule.systemd.c_str(), rule.permissions.c_str());
    for (int i = 0; i < 3; ++i)
        to.close();
}

void append_limits(Writer& to, const plan::Scope& scope) {
    constexpr auto infinity = std::numeric_limits<std::uint64_t>::max();
    to.append("(sv)", "TasksMax", "t", scope.tasks_max);
    to.append("(sv)", "MemoryMax", "t", scope.memory_max == 0 ? infinity : scope.memory_max);
}

// A set as systemd takes it: a bit for each number, the lowest in the first byte.
std::vector<std::uint8_t> mask_of(const std::string& text) {
    std::vector<std::uint8_t> mask;
    const auto set = NumberSet::parse(text).value_or(NumberSet());
    for (const auto& range : set.ranges()) {
        mask.resize(range.last / 8 + 1);
        for (unsigned number = range.first; number <= range.last; ++number)
            mask[number / 8] |= static_cast<std::uint8_t>(1U << (number % 8));
    }
    return mask;
}

void append_set(Writer& to, const char* property, const std::string& text) {
    if (text.empty()) return;
    to.property_of_bytes(property, mask_of(text));
}

void append_io(Writer& to, const char* property, const plan::Tuning& tuning,
               std::uint64_t plan::IoLimit::*value) {
    for (const auto& limit : tuning.io)
        if (limit.*value != 0)
            to.append("(sv)", property, "a(st)", 1, limit.path.c_str(), limit.*value);
}

// systemd counts the quota by the second; rounded up, its way back to the period gives ours.
std::uint64_t quota_of_a_second(const plan::Tuning& tuning) {
    constexpr std::uint64_t second = 1'000'000;
    const auto period = tuning.cpu_period_usec;
    return (tuning.cpu_quota_usec * second + period - 1) / period;
}

void append_tuning(Writer& to, const plan::Tuning& tuning) {
    const auto append = [&](const char* property, std::uint64_t value) {
        if (value != 0) to.append("(sv)", property, "t", value);
    };
    append("CPUWeight", tuning.cpu_weight);
    if (tuning.cpu_quota_usec != 0) {
        append("CPUQuotaPerSecUSec", quota_of_a_second(tuning));
        append("CPUQuotaPeriodUSec", tuning.cpu_period_usec);
    }
    append("MemoryHigh", tuning.memory_high);
    append("MemoryLow", tuning.memory_low);
    append("MemorySwapMax", tuning.memory_swap_max);
    append("IOWeight", tuning.io_weight);
    append_io(to, "IODeviceWeight", tuning, &plan::IoLimit::weight);
    append_io(to, "IOReadBandwidthMax", tuning, &plan::IoLimit::read_bytes);
    append_io(to, "IOWriteBandwidthMax", tuning, &plan::IoLimit::write_bytes);
    append_io(to, "IOReadIOPSMax", tuning, &plan::IoLimit::read_operations);
    append_io(to, "IOWriteIOPSMax", tuning, &plan::IoLimit::write_operations);
    append_set(to, "AllowedCPUs", tuning.processors);
    append_set(to, "AllowedMemoryNodes", tuning.memory_nodes);
}

// DelegateControllers= alone: Delegate=yes beside it would delegate every controller there is.
void append_properties(Writer& to, const plan::Scope& scope, pid_t leader) {
    to.open('a', "(sv)");
    to.append("(sv)", "Description", "s", scope.description.c_str());
    to.append("(sv)", "Slice", "s", scope.slice.c_str());
    to.append("(sv)", "PIDs", "au", 1, static_cast<std::uint32_t>(leader));
    to.property_of_words("DelegateControllers", scope.delegate);
    append_devices(to, scope);
    append_limits(to, scope);
    if (scope.tuning) append_tuning(to, *scope.tuning);
    to.append("(sv)", "KillSignal", "i", static_cast<std::int32_t>(scope.kill_signal));
    to.append("(sv)", "SendSIGHUP", "b", 0);
    to.append("(sv)", "TimeoutStopUSec", "t", scope.stop_timeout_usec);
    to.append("(sv)", "CollectMode", "s", "inactive-or-failed");
    to.close();
}

// Without a subscriber the manager sends no signals; it forgets one when the connection ends.
void subscribe(sd_bus* bus) {
    sd_bus_message* raw = nullptr;
    check(sd_bus_message_new_method_call(bus, &raw, service, object, interface, "Subscribe"),
          "cannot subscribe to systemd");
    const Message message(raw);
    check(sd_bus_message_set_expect_reply(raw, 0), "cannot subscribe to systemd");
    check(sd_bus_send(bus, raw, nullptr), "cannot subscribe to systemd");
}

Bus connect() {
    sd_bus* raw = nullptr;
    check(sd_bus_open_system(&raw), "cannot reach the system bus");
    Bus bus(raw);
    subscribe(raw);
    return bus;
}

// Subscribed connections that nobody uses: as many as there have been jobs at one time.
class IdleConnections {
  public:
    Bus take() {
        for (Bus bus = last(); bus; bus = last())
            if (is_alive(bus.get())) return bus;
        return connect();
    }
    void give_back(Bus bus) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(bus));
    }

  private:
    Bus last() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return nullptr;
        Bus bus = std::move(idle_.back());
        idle_.pop_back();
        return bus;
    }

    // Also throws away what came for the last user, a late answer say.
    static bool is_alive(sd_bus* bus) {
        int handled = 1;
        while (handled > 0)
            handled = sd_bus_process(bus, nullptr);
        return handled == 0 && sd_bus_is_open(bus) > 0;
    }

    std::mutex mutex_;
    std::vector<Bus> idle_;
};

IdleConnections& idle_connections() {
    static IdleConnections connections;
    return connections;
}

class SystemBus final : public SystemdManager {
  public:
    SystemBus()
      : bus_(idle_connections().take()) {}
    SystemBus(const SystemBus&) = delete;
    SystemBus& operator=(const SystemBus&) = delete;
    ~SystemBus() override {
        pending_.reset();
        idle_connections().give_back(std::move(bus_));
    }

    void begin_scope(const plan::Scope& scope, pid_t leader) override {
        pending_ = std::make_unique<PendingScope>();
        pending_->unit = scope.unit;
        watch("JobRemoved", on_job_removed, pending_.get(), pending_->slots.emplace_back());
        send_start(scope, leader);
        check(sd_bus_flush(bus_.get()), "cannot ask systemd for " + scope.unit);
    }

    void finish_scope(Deadline deadline) override {
        const auto pending = std::move(pending_);
        const std::string& unit = pending->unit;
        const JobEnd* end = nullptr;
        while ((end = end_of(*pending)) == nullptr) {
            if (!pending->error.empty())
                throw SystemdError("systemd does not start " + unit + ": " + pending->error);
            if (!wait_for_signal(deadline))
                throw SystemdError("systemd has not started " + unit + " in time");
        }
        if (end->result != "done")
            throw SystemdError("systemd could not start " + unit + ": its job ended '" +
                               end->result + "'");
    }

    // systemd answers first and writes to the control group before it takes the next call from its
    // queue: the answer to a second one says that it has been done.
    bool set_limits(const plan::Scope& scope) override {
        const auto error = send_limits(scope);
        const auto after = error.empty() ? call("GetUnit", "s", scope.unit.c_str()) : error;
        if (after == no_such_unit) return false;
        if (!after.empty())
            throw SystemdError("systemd does not change " + scope.unit + ": " + after);
        return true;
    }

    void kill_unit(const std::string& unit, int signal) override {
        const auto error = call("KillUnit", "ssi", unit.c_str(), "all", signal);
        if (!error.empty() && error != no_such_unit)
            throw SystemdError("systemd does not kill " + unit + ": " + error);
    }

    void stop_unit(const std::string& unit) override {
        const auto error = call("StopUnit", "ss", unit.c_str(), "replace");
        if (!error.empty() && error != no_such_unit)
            throw SystemdError("systemd does not stop " + unit + ": " + error);
    }

    bool wait_until_gone(const std::string& unit, Deadline deadline) override {
        Removal removal{unit};
        Slot slot;
        watch("UnitRemoved", on_unit_removed, &removal, slot);
        const auto error = call("GetUnit", "s", unit.c_str());
        if (error == no_such_unit) return true;
        if (!error.empty()) throw SystemdError("systemd does not say of " + unit + ": " + error);
        while (!removal.seen)
            if (!wait_for_signal(deadline)) return false;
        return true;
    }

  private:
    static constexpr const char* no_such_unit = "org.freedesktop.systemd1.NoSuchUnit";

    void watch(const char* signal, sd_bus_message_handler_t handler, void* data, Slot& slot) {
        sd_bus_slot* raw = nullptr;
        check(sd_bus_match_signal_async(bus_.get(), &raw, service, object, interface, signal,
                                        handler, nullptr, data),
              "cannot listen to systemd");
        slot.reset(raw);
    }

    void send_start(const plan::Scope& scope, pid_t leader) {
        const std::string what = "cannot ask systemd for " + scope.unit;
        sd_bus_message* raw = nullptr;
        check(sd_bus_message_new_method_call(bus_.get(), &raw, service, object, interface,
                                             "StartTransientUnit"),
              what);
        const Message message(raw);
        Writer writer(raw);
        writer.append("ss", scope.unit.c_str(), "fail");
        append_properties(writer, scope, leader);
        writer.append("a(sa(sv))", 0);
        check(writer.result(), what);
        sd_bus_slot* slot = nullptr;
        check(sd_bus_call_async(bus_.get(), &slot, raw, on_started, pending_.get(),
                                call_timeout_usec),
              what);
        pending_->slots.emplace_back(slot);
    }

    std::string send_limits(const plan::Scope& scope) {
        const std::string what = "cannot ask systemd to change " + scope.unit;
        sd_bus_message* raw = nullptr;
        check(sd_bus_message_new_method_call(bus_.get(), &raw, service, object, interface,
                                             "SetUnitProperties"),
              what);
        const Message message(raw);
        Writer writer(raw);
        writer.append("sb", scope.unit.c_str(), 1); // until the unit ends
        writer.open('a', "(sv)");
        append_limits(writer, scope);
        writer.close();
        check(writer.result(), what);
        sd_bus_message* answer = nullptr;
        sd_bus_error error{};
        const int result = sd_bus_call(bus_.get(), raw, call_timeout_usec, &error, &answer);
        const Message dropped(answer);
        return words_of(result, error);
    }

    static const JobEnd* end_of(const PendingScope& pending) {
        if (pending.job.empty()) return nullptr;
        const auto found = std::find_if(pending.ended.begin(), pending.ended.end(),
                                        [&](const JobEnd& end) { return end.job == pending.job; });
        return found == pending.ended.end() ? nullptr : &*found;
    }

    // Handles one thing that has come in, or waits for one. False at the deadline.
    bool wait_for_signal(Deadline deadline) {
        const int handled = sd_bus_process(bus_.get(), nullptr);
        check(handled, "the system bus is gone");
        if (handled > 0) return true;
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        check(sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left.count())),
              "the system bus is gone");
        return true;
    }

    // The answer's error, empty for none: the name where it is no_such_unit, else its words.
    template <class... Arguments>
    std::string call(const char* method, const char* types, Arguments... arguments) {
        sd_bus_message* raw = nullptr;
        sd_bus_error error{};
        const int result = sd_bus_call_method(bus_.get(), service, object, interface, method,
                                              &error, &raw, types, arguments...);
        const Message answer(raw);
        return words_of(result, error);
    }

    static std::string words_of(int result, sd_bus_error& error) {
        std::string found;
        if (result < 0)
            found = sd_bus_error_has_name(&error, no_such_unit) ? no_such_unit : words(error);
        sd_bus_error_free(&error);
        return found;
    }

    Bus bus_;
    std::unique_ptr<PendingScope> pending_; // after bus_: its slots go first
};

} // namespace

std::unique_ptr<SystemdManager> connect_systemd() {
    return std::make_unique<SystemBus>();
}

} // namespace vmwarden::host

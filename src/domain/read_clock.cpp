// SPDX-License-Identifier: LGPL-2.1-or-later
// What tells the time, and what may stop it: <clock>, <pm>.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>
#include <charconv>

namespace vmwarden::domain {

namespace {

constexpr std::uint64_t last_second = 253402300799; // of the year 9999

constexpr std::int64_t most_adjustment = 24LL * 60 * 60; // what a TZ variable can say, tzset(3)

constexpr Word<ClockOffset> clock_bases[] = {{"utc", ClockOffset::utc},
                                             {"localtime", ClockOffset::localtime}};
constexpr NotDone adjustment_refused[] = {
    {"adjustment", "the guest's changes to its clock are not kept from one start to the next"}};
constexpr NotDone timers_refused[] = {{"platform", "only Xen guests have it"},
                                      {"armvtimer", "only ARM guests have one"}};
constexpr NotDone tick_policies_refused[] = {{"merge", "no emulation of QEMU's does this"}};
constexpr NotDone tracks_refused[] = {{"boot", "only Xen guests have it"},
                                      {"realtime", "only Xen guests have it"}};
constexpr NotDone timer_aside[] = {
    {"mode", "only Xen has it: a guest of KVM's has the processor's own"}};
constexpr NotDone timer_children_refused[] = {
    {"catchup", "how fast the clock catches up is QEMU's to choose"}};

bool takes(TimerName name, TickPolicy policy) {
    if (name == TimerName::rtc) return policy != TickPolicy::discard;
    return name == TimerName::pit && policy != TickPolicy::catchup;
}

void read_tick(ElementReader& element, Timer& timer) {
    const auto at = element.attribute("tickpolicy");
    const auto policy = element.word("tickpolicy", tick_policies, tick_policies_refused);
    if (!policy) return;
    if (!takes(timer.name, *policy))
        element.error(at->at,
                      "timer '" + std::string(word_for(timer_names, timer.name)) +
                          "' has no tick policy " + in_quotes(at->text),
                      "rtc has delay and catchup, pit has delay and discard");
    timer.tick = *policy;
}

void read_present(ElementReader& element, Timer& timer) {
    const auto at = element.attribute("present");
    timer.present = element.word("present", yes_no);
    const bool on_board = timer.name == TimerName::rtc || timer.name == TimerName::tsc;
    if (timer.present == false && on_board)
        element.error(at->at, "every machine has this timer", "write 'yes', or remove it");
}

void read_timer(ElementReader& element, GuestDefinition& guest) {
    Timer timer;
    timer.place = element.place();
    const auto name = element.required_word("name", timer_names, timers_refused);
    if (!name) return element.skip_rest();
    timer.name = *name;
    read_present(element, timer);
    read_tick(element, timer);
    const auto track_at = element.attribute("track");
    timer.track = element.word("track", timer_tracks, tracks_refused).value_or(TimerTrack::unsaid);
    if (track_at && timer.name != TimerName::rtc)
        element.error(track_at->at, "only timer 'rtc' follows another clock", "remove it");
    if (const auto frequency = element.attribute("frequency")) {
        timer.frequency =
            number_from(*frequency, "frequency", 1, 1'000'000'000'000, element.report())
                .value_or(0);
        if (timer.name != TimerName::tsc)
            element.error(frequency->at, "only timer 'tsc' has a frequency", "remove it");
    }
    element.set_aside_attributes(timer_aside);
    element.refuse_children(timer_children_refused);
    const bool kvm = timer.name == TimerName::hypervclock && timer.present != false;
    if (kvm && guest.type == DomainType::qemu)
        element.error(element.at(), "timer 'hypervclock' needs KVM", "write present='no'");
    const auto same = [&](const Timer& other) { return other.name == timer.name; };
    if (std::any_of(guest.timers.begin(), guest.timers.end(), same))
        return element.error(element.at(), "this timer is listed twice", "remove one of them");
    guest.timers.push_back(std::move(timer));
}

void read_start(ElementReader& clock, GuestDefinition& guest) {
    const auto start = clock.attribute("start");
    if (!start) return;
    guest.clock_start = number_from(*start, "start", 0, last_second, clock.report());
    if (guest.clock != ClockOffset::absolute)
        clock.error(start->at, "only offset 'absolute' has a start", "write offset='absolute'");
}

std::optional<std::int64_t> seconds_from(const Value& value, Report& report) {
    std::int64_t seconds = 0;
    const auto* end = value.text.data() + value.text.size();
    const auto read = std::from_chars(value.text.data(), end, seconds);
    if (read.ptr == end && !value.text.empty() && seconds >= -most_adjustment &&
        seconds <= most_adjustment)
        return seconds;
    report.error(value.at, in_quotes(value.text) + " is no adjustment that a clock can have",
                 "write seconds, a day at most before or after; offset='absolute' begins anywhere");
    return std::nullopt;
}

void read_variable(ElementReader& clock, GuestDefinition& guest) {
    if (guest.clock != ClockOffset::variable) {
        clock.refuse_attributes(adjustment_refused);
        clock.refuse_attributes({{{"basis", "only offset 'variable' has one"}}});
        return;
    }
    guest.clock_basis = clock.word("basis", clock_bases);
    const auto adjustment = clock.attribute("adjustment");
    if (!adjustment) return;
    guest.clock_adjustment = seconds_from(*adjustment, clock.report());
    if (guest.clock_basis == ClockOffset::localtime && guest.clock_adjustment.value_or(0) != 0)
        clock.error(adjustment->at, "local time and an adjustment are not both kept to",
                    "write basis='utc', or adjustment='0'");
}

// QEMU's C library looks the name up: it must not lead to a file elsewhere.
void read_timezone(ElementReader& clock, GuestDefinition& guest) {
    const auto zone = clock.attribute("timezone");
    if (!zone && guest.clock == ClockOffset::timezone)
        clock.error(clock.at(), "offset 'timezone' needs a timezone",
                    "write timezone='Europe/Berlin', say");
    if (!zone) return;
    constexpr std::size_t longest = 64;
    constexpr std::string_view signs = "/_+-";
    const auto& text = zone->text;
    const bool plain = std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               signs.find(c) != signs.npos;
    });
    if (!plain || text.empty() || text.size() > longest || text[0] == '/')
        clock.error(zone->at, in_quotes(text) + " is no time zone",
                    "write a name of /usr/share/zoneinfo, as Europe/Berlin");
    if (guest.clock != ClockOffset::timezone)
        clock.error(zone->at, "only offset 'timezone' has one", "write offset='timezone'");
    guest.timezone = text;
}

} // namespace

// The oldest documents say sync= for what is offset= since.
void read_clock(ElementReader& clock, GuestDefinition& guest) {
    const auto offset = clock.word("offset", clock_offsets);
    const auto sync_at = clock.attribute("sync");
    const auto sync = clock.word("sync", clock_offsets);
    if (offset && sync_at)
        clock.error(sync_at->at, "sync is the old name of offset: both are given", "remove sync");
    if (offset) guest.clock = *offset;
    if (sync) guest.clock = *sync;
    if (!clock.attribute("offset") && !sync_at)
        clock.error(clock.at(), "<clock> says no offset", "write <clock offset='utc'/>");
    read_start(clock, guest);
    read_timezone(clock, guest);
    if (guest.clock == ClockOffset::absolute && !clock.attribute("start"))
        clock.error(clock.at(), "offset 'absolute' needs a start",
                    "write start='0' for 1970, say: seconds since then");
    read_variable(clock, guest);
    clock.children("timer", [&](ElementReader& timer) { read_timer(timer, guest); });
}

void read_pm(ElementReader& pm, GuestDefinition& guest) {
    const auto read = [](std::optional<bool>& to) {
        return [&to](ElementReader& element) {
            if (const auto word = element.required_word("enabled", yes_no)) to = *word;
        };
    };
    pm.child("suspend-to-mem", read(guest.power.suspend_to_mem));
    pm.child("suspend-to-disk", read(guest.power.suspend_to_disk));
}

} // namespace vmwarden::domain

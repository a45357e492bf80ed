// SPDX-License-Identifier: LGPL-2.1-or-later
// The directory of one running guest, /run/vmwarden/guests/NAME: root's alone, made at launch,
// removed at the end. What it holds lets a later agent find the guest again.
#pragma once

#include "agent/executor/executor.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden::executor {

// Written when a launch is complete: the processes by pid and start time, so that no stranger with
// a recycled number is taken for them.
struct RunningRecord {
    std::string boot;
    std::string control_group; // of the scope
    pid_t qemu_pid = -1;
    std::uint64_t qemu_start = 0;
    pid_t shim_pid = -1;
    std::uint64_t shim_start = 0;
    bool operator==(const RunningRecord&) const = default;
};
std::string encode(const RunningRecord& record);
std::optional<RunningRecord> decode_running(std::string_view text);

// "exited STATUS" or "killed SIGNAL", as the shim writes it.
ExitRecord decode_exit(std::string_view text);

// The end of what QEMU said: whole lines, printable, at most some hundred bytes.
std::string last_words(std::string_view log);

class GuestState {
  public:
    // A fresh one. Throws std::system_error: EEXIST when the guest has one already.
    static GuestState create(const Places& places, const std::string& guest);
    // None when there is none.
    static std::optional<GuestState> open(const Places& places, const std::string& guest);
    static std::vector<std::string> all(const Places& places);
    // Idempotent.
    static void remove(const Places& places, const std::string& guest);

    // The plan, and the name of its unit for itself: an agent of another version, which cannot read
    // the plan, can still end the guest.
    void write_plan(const LaunchPlan& plan);
    [[nodiscard]] std::string unit() const; // empty: nothing was started yet
    [[nodiscard]] std::optional<LaunchPlan> plan() const;
    void write_running(const RunningRecord& record);
    [[nodiscard]] std::optional<RunningRecord> running() const;

    // QEMU's standard error and how it ended, in files that the shim writes to.
    [[nodiscard]] UniqueFd create_log();
    [[nodiscard]] UniqueFd create_exit_record();
    [[nodiscard]] ExitRecord exit_record() const;

    // The contract path of the restore journal, a link to the journal itself.
    void link_journal(const Places& places, const std::string& guest);

    // A listening socket of this name in the directory, and a connection to one. Through the
    // directory's descriptor: a path of any length fits.
    [[nodiscard]] UniqueFd listen_at(const std::string& name);
    [[nodiscard]] UniqueFd connect_to(const std::string& name) const;

  private:
    explicit GuestState(UniqueFd directory)
      : directory_(std::move(directory)) {}
    [[nodiscard]] UniqueFd create(const char* name);

    UniqueFd directory_;
};

} // namespace vmwarden::executor

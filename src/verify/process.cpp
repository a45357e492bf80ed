// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/rows.h"

#include <algorithm>

namespace vmwarden::verifying {

namespace {

constexpr const char* restart = "stop the guest and start it again; the journal of the agent and "
                                "of the scope says what went wrong";

std::string ids_text(const std::array<std::uint32_t, 4>& ids) {
    const bool alike = std::all_of(ids.begin(), ids.end(), [&](auto id) { return id == ids[0]; });
    if (alike) return std::to_string(ids[0]);
    return "real " + std::to_string(ids[0]) + ", effective " + std::to_string(ids[1]) + ", saved " +
           std::to_string(ids[2]) + ", file system " + std::to_string(ids[3]);
}

VerifyRow ids_row(const char* what, std::uint32_t planned,
                  const std::array<std::uint32_t, 4>& ids) {
    const bool holds = std::all_of(ids.begin(), ids.end(), [&](auto id) { return id == planned; });
    return {what, holds, std::to_string(planned), ids_text(ids), holds ? "" : restart};
}

std::string groups_text(const std::vector<Gid>& groups) {
    std::string out;
    for (const auto& group : groups)
        out += (out.empty() ? "" : ", ") + std::to_string(group.value);
    return out.empty() ? "none" : out;
}

VerifyRow groups_row(std::vector<Gid> planned, std::vector<Gid> found) {
    std::sort(planned.begin(), planned.end());
    std::sort(found.begin(), found.end());
    const bool holds = planned == found;
    return {"groups", holds, groups_text(planned), groups_text(found), holds ? "" : restart};
}

std::string mask_text(std::uint64_t mask) {
    if (mask == 0) return "empty";
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (; mask != 0; mask >>= 4)
        out.insert(out.begin(), digits[mask & 0xf]);
    return "0x" + out;
}

VerifyRow capability_row(const char* set, std::uint64_t found) {
    return {std::string("capabilities ") + set, found == 0, "empty", mask_text(found),
            found == 0 ? "" : restart};
}

// A wall that the policy may have left out: then whatever is found will do.
VerifyRow optional_row(const LaunchPlan& plan, const char* what, bool wanted, bool there,
                       std::string found) {
    const bool holds = !wanted || there;
    return {what, holds, wanted ? "on" : "off" + because(plan, "seccomp sandbox"), std::move(found),
            holds ? "" : restart};
}

std::string seccomp_text(int mode) {
    constexpr std::array<const char*, 3> words{"off", "strict", "filter"};
    return mode >= 0 && mode < 3 ? words[static_cast<std::size_t>(mode)] : std::to_string(mode);
}

VerifyRow label_row(const LaunchPlan& plan, const KernelView& view) {
    const auto& wanted = plan.security.process_label;
    const auto found = view.process_label.empty() ? "none" : view.process_label;
    if (wanted.empty())
        return {"process label", true, "none" + because(plan, "security driver"), found, ""};
    const bool holds = view.process_label == wanted;
    return {"process label", holds, wanted, found,
            holds ? "" : "look for an AVC of the shim's in the audit log (ausearch -m avc)"};
}

} // namespace

void add_process_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    const auto& process = plan.process;
    rows.push_back(ids_row("uid", process.identity.uid.value, view.uids));
    rows.push_back(ids_row("gid", process.identity.gid.value, view.gids));
    rows.push_back(groups_row(process.identity.groups, view.groups));
    const auto& sets = view.capabilities;
    rows.push_back(capability_row("effective", sets.effective));
    rows.push_back(capability_row("permitted", sets.permitted));
    rows.push_back(capability_row("inheritable", sets.inheritable));
    rows.push_back(capability_row("bounding", sets.bounding));
    rows.push_back(capability_row("ambient", sets.ambient));
    rows.push_back(optional_row(plan, "no_new_privs", process.expect_no_new_privs,
                                view.no_new_privs, view.no_new_privs ? "on" : "off"));
    rows.push_back(optional_row(plan, "seccomp", process.expect_seccomp,
                                filters_hold(plan, view), seccomp_text(view.seccomp_mode)));
    rows.push_back(label_row(plan, view));
}

} // namespace vmwarden::verifying

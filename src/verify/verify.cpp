// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/verify.h"

#include "src/verify/rows.h"

namespace vmwarden {

std::vector<VerifyRow> verify(const LaunchPlan& plan, const KernelView& view) {
    verifying::Rows rows;
    verifying::add_process_rows(rows, plan, view);
    verifying::add_wall_rows(rows, plan, view);
    verifying::add_attendant_rows(rows, plan, view);
    verifying::add_cgroup_rows(rows, plan, view);
    verifying::add_limit_rows(rows, plan, view);
    verifying::add_tuning_rows(rows, plan, view);
    verifying::add_file_rows(rows, plan, view);
    verifying::add_network_rows(rows, plan, view);
    verifying::add_host_device_rows(rows, plan, view);
    verifying::add_descriptor_rows(rows, plan, view);
    return rows;
}

std::vector<VerifyRow> verify_limits(const LaunchPlan& plan, const KernelView& view) {
    verifying::Rows rows;
    verifying::add_limit_rows(rows, plan, view);
    return rows;
}

std::string verifying::because(const LaunchPlan& plan, std::string_view what) {
    for (const auto& decision : plan.decisions)
        if (decision.what == what) return " [" + decision.because + "]";
    return {};
}

} // namespace vmwarden

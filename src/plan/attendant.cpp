// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/attendant.h"

namespace vmwarden::plan {

Process attendant_process(const LaunchPlan& plan, const Attendant& attendant) {
    Process process = plan.process;
    process.executable = attendant.executable;
    process.argv = attendant.argv;
    process.fds.clear();
    return process;
}

} // namespace vmwarden::plan

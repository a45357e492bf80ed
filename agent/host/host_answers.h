// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers what a policy asks of this host: accounts (NSS), programs, nodes, SELinux, controllers.
#pragma once

#include "src/hostpolicy/host_check.h"

namespace vmwarden::host {

// Blocks on NSS and on disks; needs no privilege, and says where it lacks one. Changes nothing.
HostAnswers ask_host(const HostQuestions& questions);

} // namespace vmwarden::host

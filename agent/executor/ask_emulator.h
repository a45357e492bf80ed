// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting an emulator to ask what it can do, confined by the shim's steps like a guest's.
#pragma once

#include "agent/executor/places.h"
#include "agent/host/emulator_talk.h"
#include "src/base/units.h"

#include <string>

namespace vmwarden::executor {

// Runs the program without a machine, as this identity: no capability, no new privileges, an empty
// environment, bounds on processor time, memory and what it may write. It has ended when this
// returns, and ends with the calling thread. Throws host::NoAnswer, std::system_error where the
// host has no room for it.
EmulatorAbilities ask_emulator(const std::string& program, const Identity& identity,
                               host::QmpClient::Deadline deadline,
                               const Places& places = system_places());

} // namespace vmwarden::executor

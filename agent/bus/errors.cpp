// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/errors.h"

namespace vmwarden::bus {

namespace {

using Kind = supervisor::Failure::Kind;

std::string_view word(Kind kind) {
    switch (kind) {
    case Kind::no_such_guest:
        return "NoSuchGuest";
    case Kind::guest_exists:
        return "GuestExists";
    case Kind::invalid_definition:
        return "InvalidDefinition";
    case Kind::invalid_policy:
        return "InvalidPolicy";
    case Kind::policy_denied:
        return "PolicyDenied";
    case Kind::not_authorized:
        return "NotAuthorized";
    case Kind::invalid_option:
        return "InvalidOption";
    case Kind::invalid_argument:
        return "InvalidArgument";
    case Kind::launch_failed:
        return "LaunchFailed";
    case Kind::not_running:
        return "NotRunning";
    case Kind::already_running:
        return "AlreadyRunning";
    case Kind::timeout:
        return "Timeout";
    case Kind::trial_in_progress:
        return "TrialInProgress";
    case Kind::no_trial:
        return "NoTrial";
    case Kind::operation_failed:
        break;
    }
    return "OperationFailed";
}

} // namespace

std::string error_name(Kind kind) {
    return "org.vmwarden1.Error." + std::string(word(kind));
}

sdbus::Error to_error(const supervisor::Failure& failure) {
    return make_error(error_name(failure.kind), failure.message);
}

} // namespace vmwarden::bus

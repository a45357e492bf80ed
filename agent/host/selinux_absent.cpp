// SPDX-License-Identifier: LGPL-2.1-or-later
// agent/host/selinux.h for builds without libselinux.
#include "agent/host/selinux.h"

#include <cerrno>
#include <system_error>

namespace vmwarden::host::selinux {

bool enabled() {
    return false;
}

bool enforcing() {
    return false;
}

std::string label_of(int) {
    return {};
}

void set_label(int, const std::string& label) {
    throw std::system_error(ENOTSUP, std::generic_category(),
                            "built without SELinux, cannot set the label " + label);
}

bool fd_can_be_labelled(int) {
    return false;
}

std::string process_label(pid_t) {
    return {};
}

bool knows(const std::string& /*context*/) {
    return false;
}

bool allows(const std::string& /*process*/, const std::string& /*object*/,
            const char* /*object_class*/, std::initializer_list<const char*> /*permissions*/) {
    return true;
}

std::string context_after(const std::string& /*from*/, const std::string& /*path*/) {
    return {};
}

std::vector<std::string> virtual_domain_contexts() {
    return {};
}

std::vector<std::string> virtual_image_contexts() {
    return {};
}

} // namespace vmwarden::host::selinux

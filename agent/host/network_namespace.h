// SPDX-License-Identifier: LGPL-2.1-or-later
// An empty network namespace, for making devices where nobody sees them before they are finished:
// udev gives a new device that has no MAC address of its own one (MACAddressPolicy= of
// systemd.link(5)), and would do so over ours.
#pragma once

#include "src/base/unique_fd.h"

#include <functional>

namespace vmwarden::host {

// The namespace goes with this object or with the process, and what is still in it with that
// (network_namespaces(7)).
class NetworkNamespace {
  public:
    // std::system_error, EPERM without CAP_SYS_ADMIN.
    NetworkNamespace();

    // A descriptor for IFLA_NET_NS_FD.
    [[nodiscard]] int fd() const { return fd_.get(); }

    // Calls it on a thread that is in the namespace; what it throws comes out here.
    void inside(const std::function<void()>& call) const;

  private:
    UniqueFd fd_;
};

// That of the calling thread.
UniqueFd own_network_namespace();

} // namespace vmwarden::host

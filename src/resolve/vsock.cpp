// SPDX-License-Identifier: LGPL-2.1-or-later
// Which address a guest has on its host's vsock.
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

std::uint32_t first_free(const std::set<std::uint32_t>& in_use) {
    auto cid = Vsock::first_cid;
    while (in_use.contains(cid))
        ++cid;
    return cid;
}

} // namespace

// One that other guests have is refused here, with its owner's line: QEMU would end at its start.
void choose_vsock_address(Draft& draft) {
    const auto& vsock = draft.definition.vsock;
    if (!vsock) return;
    const auto& in_use = draft.facts.vsock_addresses_in_use;
    const auto cid = vsock->cid != 0 ? vsock->cid : first_free(in_use);
    if (in_use.contains(cid))
        return draft.refuse("vsock", vsock->place,
                            "another guest has the address " + std::to_string(cid) + " already",
                            "write <cid auto='yes'/>, or another address");
    draft.vsock_cid = cid;
    draft.plan.vsock_cid = cid;
    if (vsock->cid == 0)
        draft.decide("vsock address", std::to_string(cid) + ", the first free one",
                     defined_at(vsock->place));
}

} // namespace vmwarden::resolving

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/policy_input.h"

#include "agent/cli/failure.h"
#include "agent/host/policy_tree.h"

namespace vmwarden::cli {

ReadPolicy read_good_policy(const std::string& root) {
    auto tree = host::read_policy_tree(root);
    auto read = read_policy(tree.files);
    tree.diagnostics.append(read.diagnostics);
    if (tree.diagnostics.has_errors())
        throw Failure(ExitCode::failed, render(tree.diagnostics, tree.files));
    return read;
}

} // namespace vmwarden::cli

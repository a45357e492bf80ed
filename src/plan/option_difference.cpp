// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/option_difference.h"

#include <algorithm>

namespace vmwarden::plan {

namespace {

using Option = std::vector<std::string>;
using Options = std::vector<Option>;

Options options_of(const std::vector<std::string>& argv) {
    Options out;
    for (const auto& word : argv) {
        if (out.empty() || word.starts_with('-')) out.emplace_back();
        out.back().push_back(word);
    }
    return out;
}

void drop_common(Options& left, Options& right) {
    for (auto option = left.begin(); option != left.end();) {
        const auto same = std::find(right.begin(), right.end(), *option);
        if (same == right.end()) {
            ++option;
            continue;
        }
        right.erase(same);
        option = left.erase(option);
    }
}

// The only option of this name; none when there are several or none.
const Option* only(const Options& options, const std::string& name) {
    const Option* found = nullptr;
    for (const auto& option : options) {
        if (option[0] != name) continue;
        if (found != nullptr) return nullptr;
        found = &option;
    }
    return found;
}

std::string words(const Option& option, std::size_t from) {
    std::string out;
    for (std::size_t i = from; i < option.size(); ++i)
        out += (out.empty() ? "" : " ") + option[i];
    return out;
}

} // namespace

std::vector<Difference> option_differences(const std::vector<std::string>& before,
                                           const std::vector<std::string>& now) {
    auto old = options_of(before);
    auto fresh = options_of(now);
    drop_common(old, fresh);
    std::vector<Difference> out;
    for (const auto& option : old) {
        const auto* other = only(fresh, option[0]);
        if (other != nullptr && only(old, option[0]) != nullptr)
            out.push_back({"command line " + option[0], words(option, 1), words(*other, 1)});
        else
            out.push_back({"command line " + words(option, 0), "there", std::nullopt});
    }
    for (const auto& option : fresh)
        if (only(old, option[0]) == nullptr || only(fresh, option[0]) == nullptr)
            out.push_back({"command line " + words(option, 0), std::nullopt, "there"});
    if (out.empty() && before != now)
        out.push_back({"order of the command line", std::nullopt, std::nullopt});
    return out;
}

} // namespace vmwarden::plan

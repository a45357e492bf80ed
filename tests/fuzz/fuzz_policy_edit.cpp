// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a policy file in which keys are set and removed: no crash; an edit is refused or
// leaves a policy that says what it was told to say; the lines before and behind stay.
//
// The first bytes say what is edited: "PATH\nVALUE\n", then the file's text. Without them the text
// is edited at the keys below.
#include "src/hostpolicy/edit.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace vmwarden;
using namespace vmwarden::hostpolicy;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_policy(const PolicyFile& file) {
    return read_policy({&file, 1}).policy.has_value();
}

std::string without_spaces(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

// What an edit of one key may touch is one stretch of bytes; all comments before that stretch and
// behind it are there afterwards.
void check_neighbours(const std::string& before, const std::string& after) {
    const auto shorter = std::min(before.size(), after.size());
    std::size_t front = 0;
    while (front < shorter && before[front] == after[front])
        ++front;
    std::size_t back = 0;
    while (back < shorter - front &&
           before[before.size() - 1 - back] == after[after.size() - 1 - back])
        ++back;
    // A first or last comment line is no key's.
    if (before.starts_with("#")) require(front >= std::min(before.size(), before.find('\n')));
    const auto last_line = before.rfind("\n#");
    if (last_line != std::string::npos && before.find('\n', last_line + 1) == std::string::npos)
        require(after.find(before.substr(last_line + 1)) != std::string::npos);
}

void edit(const PolicyFile& file, std::string_view path, std::string_view value) {
    const auto set = set_key(file, path, value);
    if (!set.diagnostics.has_errors()) {
        require(is_policy(set.file));
        const auto got = get_key(set.file, path);
        require(got.value.has_value());
        check_neighbours(file.text, set.file.text);
        require(set_key(set.file, path, value).file.text == set.file.text);
        const auto gone = unset_key(set.file, path);
        if (!gone.diagnostics.has_errors()) {
            require(is_policy(gone.file));
            require(!get_key(gone.file, path).value.has_value());
        }
    }
    const auto unset = unset_key(file, path);
    if (unset.diagnostics.has_errors()) return;
    require(unset.file.text == file.text || is_policy(unset.file));
    check_neighbours(file.text, unset.file.text);
    require(without_spaces(unset.file.text).size() <= without_spaces(file.text).size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto first = input.find('\n');
    const auto second = first == input.npos ? first : input.find('\n', first + 1);
    if (second != input.npos)
        edit({"fuzz.yaml", std::string(input.substr(second + 1))}, input.substr(0, first),
             input.substr(first + 1, second - first - 1));
    const PolicyFile file{"fuzz.yaml", std::string(input)};
    edit(file, "user", "+1");
    edit(file, "emulators", "[/a, /b]");
    edit(file, "x-a.b", "no");
    return 0;
}

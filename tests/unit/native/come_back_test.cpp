// SPDX-License-Identifier: LGPL-2.1-or-later
// Every definition of tests/golden/domains becomes a line, a definition and a line again.
// tests/golden/native/come-back.txt says what of which is not what it was: "kept" in QEMU's own
// words, or a word of the first line ("-") or the second ("+") that the other has not.
#include "src/domain/domain_xml.h"
#include "src/native/native.h"
#include "src/native/read_argv.h"
#include "tests/unit/domain/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace vmwarden::native {
namespace {

namespace fs = std::filesystem;

const fs::path golden(VMWARDEN_GOLDEN);

// Options with their arguments.
std::vector<std::string> options_of(const std::string& line) {
    Diagnostics none;
    std::vector<std::string> out;
    for (const auto& word : shell_words("line", line, none)) {
        if (word.text.starts_with('-') || out.empty())
            out.push_back(word.text);
        else
            out.back() += " " + word.text;
    }
    return out;
}

void tell_missing(std::string& out, const std::vector<std::string>& options,
                  std::vector<std::string> others, const std::string& sign) {
    for (const auto& option : options) {
        const auto same = std::ranges::find(others, option);
        if (same == others.end())
            out += "  " + sign + " " + option + "\n";
        else
            others.erase(same);
    }
}

std::string difference(const std::string& first, const std::string& second) {
    std::string out;
    tell_missing(out, options_of(first), options_of(second), "-");
    tell_missing(out, options_of(second), options_of(first), "+");
    return out.empty() && first != second ? "  another order\n" : out;
}

std::string kept(const GuestDefinition& before, const GuestDefinition& after) {
    std::string out;
    for (const auto& argument : after.raw_arguments)
        if (std::ranges::count(before.raw_arguments, argument.value, &RawArgument::value) == 0)
            out += argument.value.starts_with('-') && !out.empty() ? "\n  kept " + argument.value
                   : out.empty()                                   ? "  kept " + argument.value
                                                                   : " " + argument.value;
    return out.empty() ? out : out + "\n";
}

std::string came_back(const fs::path& file) {
    const auto read = read_domain(file, domain::content_of(file));
    if (!read.definition) return {};
    const auto first = modern_line(*read.definition);
    if (!first.text) return {};
    const auto back = read_argv("line", *first.text);
    EXPECT_TRUE(back.definition) << *first.text << "\n" << render(back.diagnostics, *first.text);
    if (!back.definition) return "  refused\n";
    const auto second = modern_line(*back.definition);
    EXPECT_TRUE(second.text) << render(second.diagnostics, {});
    if (!second.text) return "  refused\n";
    return kept(*read.definition, *back.definition) + difference(*first.text, *second.text);
}

TEST(ComeBack, EveryDefinitionThroughItsLine) {
    std::string said;
    for (const auto& file : domain::files_in(golden / "domains", ".xml")) {
        SCOPED_TRACE(file);
        const auto changes = came_back(file);
        if (!changes.empty()) said += file.filename().string() + "\n" + changes;
    }
    const auto expected = golden / "native" / "come-back.txt";
    if (std::getenv("VMWARDEN_WRITE_GOLDEN") != nullptr) std::ofstream(expected) << said;
    EXPECT_EQ(said, domain::content_of(expected));
}

} // namespace
} // namespace vmwarden::native

// SPDX-License-Identifier: LGPL-2.1-or-later
// tests/golden/native: import/NAME.argv gives NAME.xml (none: it is refused) and NAME.warnings,
// what there is to say of it; legacy/ and modern/NAME.xml give NAME.argv and NAME.warnings.
// seed-* are libvirt's documented examples, word for word.
#include "src/domain/domain_xml.h"
#include "src/native/native.h"
#include "tests/unit/domain/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace vmwarden::native {
namespace {

namespace fs = std::filesystem;
using domain::content_of;

const fs::path golden = fs::path(VMWARDEN_GOLDEN) / "native";

// The seed's XML has no indentation.
std::string without_indentation(const std::string& text) {
    std::istringstream lines(text);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find_first_not_of(' ');
        out += (first == std::string::npos ? "" : line.substr(first)) + "\n";
    }
    return out;
}

void expect_file(const fs::path& file, const std::string& text, bool exact) {
    const bool ours = exact || file.extension() == ".warnings";
    if (std::getenv("VMWARDEN_WRITE_GOLDEN") != nullptr && ours && !text.empty())
        std::ofstream(file) << text;
    const auto expected = fs::exists(file) ? content_of(file) : std::string();
    EXPECT_EQ(exact ? text : without_indentation(text),
              exact ? expected : without_indentation(expected))
        << file;
}

// Places without the caret: the file is there to be looked at.
std::string said(const Diagnostics& diagnostics) {
    return render(diagnostics, {});
}

fs::path with_extension(fs::path file, const char* extension) {
    return file.replace_extension(extension);
}

void check(const fs::path& source, const Converted& converted, const char* extension) {
    SCOPED_TRACE(source);
    const bool seed = source.filename().string().starts_with("seed-");
    const auto target = with_extension(source, extension);
    if (converted.text)
        expect_file(target, *converted.text, !seed);
    else
        EXPECT_FALSE(fs::exists(target)) << said(converted.diagnostics);
    EXPECT_EQ(converted.text.has_value(), !converted.diagnostics.has_errors());
    expect_file(with_extension(source, ".warnings"), said(converted.diagnostics), true);
}

TEST(Golden, LinesBecomeDefinitions) {
    const auto sources = domain::files_in(golden / "import", ".argv");
    ASSERT_GE(sources.size(), 12U);
    for (const auto& source : sources)
        check(source, from_native(source.filename(), content_of(source)), ".xml");
}

// As on the page the exporter is shown with.
const std::vector<RawVariable> surroundings = {{"PATH", "/usr/bin:/bin", {}},
                                               {"HOME", "/home/test", {}},
                                               {"USER", "test", {}},
                                               {"LOGNAME", "test", {}}};

TEST(Golden, DefinitionsBecomeLinesOf2009) {
    const auto sources = domain::files_in(golden / "legacy", ".xml");
    ASSERT_GE(sources.size(), 4U);
    for (const auto& source : sources)
        check(source,
              to_native(source.filename(), content_of(source), Dialect::of_2009, surroundings),
              ".argv");
}

TEST(Golden, DefinitionsBecomeLinesOfToday) {
    const auto sources = domain::files_in(golden / "modern", ".xml");
    ASSERT_GE(sources.size(), 3U);
    for (const auto& source : sources)
        check(source, to_native(source.filename(), content_of(source), Dialect::modern), ".argv");
}

// What an import gives can be defined, once it has a name.
TEST(Golden, WhatIsImportedCanBeRead) {
    for (const auto& source : domain::files_in(golden / "import", ".xml")) {
        auto xml = content_of(source);
        if (xml.find("<name>") == xml.npos) xml.insert(xml.find('\n') + 1, "<name>web</name>\n");
        const auto read = read_domain(source, xml);
        EXPECT_TRUE(read.definition) << render(read.diagnostics, xml);
    }
}

} // namespace
} // namespace vmwarden::native

// SPDX-License-Identifier: LGPL-2.1-or-later
// Definitions made at random: each survives definition -> XML -> definition -> XML. The seeds are
// fixed, so a failure stays one.
#include "src/domain/domain_xml.h"
#include "tests/unit/domain/definition_maker.h"

#include <gtest/gtest.h>

namespace vmwarden::domain {
namespace {

TEST(Property, GeneratedDefinitionsSurviveXml) {
    constexpr unsigned rounds = 2000;
    for (unsigned seed = 0; seed < rounds; ++seed) {
        const auto guest = Maker(seed).guest();
        const auto xml = write_domain(guest);
        const auto read = read_domain("generated", xml);
        ASSERT_TRUE(read.definition) << seed << "\n" << render(read.diagnostics, xml) << xml;
        ASSERT_TRUE(read.diagnostics.empty()) << seed << "\n" << render(read.diagnostics, xml);
        ASSERT_EQ(strip_places(*read.definition), guest) << seed << "\n" << xml;
        ASSERT_EQ(write_domain(*read.definition), xml) << seed;
    }
}

} // namespace
} // namespace vmwarden::domain

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/capabilities/abilities_json.h"
#include "tests/doubles/emulator_replies.h"

#include <gtest/gtest.h>

namespace vmwarden::tests {
namespace {

constexpr ProgramIdentity program{65025, 1234567, 1'700'000'000'123'456'789, 17'000'000};

TEST(KeptAbilities, ComeBack) {
    const auto text = encode_abilities(program, sample_abilities());
    const auto read = decode_abilities(text, program);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, sample_abilities());
    EXPECT_EQ(text, encode_abilities(program, *read));
}

TEST(KeptAbilities, AreOfOneProgramOnly) {
    const auto text = encode_abilities(program, sample_abilities());
    for (const auto& other :
         {ProgramIdentity{65026, 1234567, 1'700'000'000'123'456'789, 17'000'000},
          ProgramIdentity{65025, 1234568, 1'700'000'000'123'456'789, 17'000'000},
          ProgramIdentity{65025, 1234567, 1'700'000'000'123'456'788, 17'000'000},
          ProgramIdentity{65025, 1234567, 1'700'000'000'123'456'789, 17'000'001}})
        EXPECT_FALSE(decode_abilities(text, other));
}

TEST(KeptAbilities, CutShortAnywhereAreNone) {
    const auto text = encode_abilities(program, sample_abilities());
    for (std::size_t size = 0; size < text.size(); ++size)
        ASSERT_FALSE(decode_abilities(std::string_view(text).substr(0, size), program)) << size;
    EXPECT_FALSE(decode_abilities(text + "\n", program));
}

TEST(KeptAbilities, WithAnyByteChangedAreNone) {
    const auto text = encode_abilities(program, sample_abilities());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto damaged = text;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        ASSERT_FALSE(decode_abilities(damaged, program)) << i;
    }
}

TEST(KeptAbilities, OfAnotherVersionAreNone) {
    auto text = encode_abilities(program, sample_abilities());
    const auto at = text.find(" 1 ");
    ASSERT_NE(at, std::string::npos);
    text[at + 1] = '2';
    EXPECT_FALSE(decode_abilities(text, program));
}

} // namespace
} // namespace vmwarden::tests

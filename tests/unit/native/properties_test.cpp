// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/properties.h"

#include <gtest/gtest.h>

namespace vmwarden::native {
namespace {

std::string shown(const std::optional<Properties>& properties) {
    if (!properties) return "none";
    std::string out;
    for (const auto& property : properties->all())
        out += property.key + "=" + property.value + ";";
    return out;
}

TEST(PropertiesOf, AnArgumentAreTakenApartAsQemuDoes) {
    EXPECT_EQ(shown(Properties::parse("virtio,id=a,,b,readonly,x=y=z", "driver")),
              "driver=virtio;id=a,b;readonly=on;x=y=z;");
    EXPECT_EQ(shown(Properties::parse("a=b", "driver")), "a=b;");
    EXPECT_EQ(shown(Properties::parse("a,b")), "a=on;b=on;");
    EXPECT_EQ(shown(Properties::parse("", "driver")), "");
    EXPECT_EQ(shown(Properties::parse(",=,a,", "driver")), "driver=;==on;a=on;");
}

TEST(PropertiesOf, JsonAreItsMembersWithDots) {
    EXPECT_EQ(shown(Properties::parse(R"({"a":"b","c":{"d":true,"e":{"f":7}},"g":null,"h":[1]})")),
              "a=b;c.d=on;c.e.f=7;g=;h.0=1;");
    EXPECT_EQ(shown(Properties::parse("{")), "none");
    EXPECT_EQ(shown(Properties::parse("{} x")), "none");
    std::string deep(100, '[');
    EXPECT_EQ(shown(Properties::parse("{\"a\":" + deep + std::string(100, ']') + "}")), "none");
}

TEST(PropertiesOf, WhatIsTakenIsNotLeft) {
    auto properties = Properties::parse("a=1,b=2,a=3").value();
    EXPECT_EQ(properties.take("a"), "3");
    EXPECT_EQ(properties.take("c"), std::nullopt);
    ASSERT_EQ(properties.left().size(), 1U);
    EXPECT_EQ(properties.left()[0].key, "b");
}

TEST(PropertiesOf, ThereAreOnlySoMany) {
    std::string many;
    for (int i = 0; i < 2000; ++i)
        many += "a,";
    EXPECT_EQ(shown(Properties::parse(many)), "none");
}

} // namespace
} // namespace vmwarden::native

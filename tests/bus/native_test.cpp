// SPDX-License-Identifier: LGPL-2.1-or-later
// Manager.DomainXMLFromNative and DomainXMLToNative.
#include "tests/bus/bus_fixture.h"

namespace vmwarden::tests {

namespace {

class Native : public BusTest {
  protected:
    std::string convert(const std::string& method, const std::string& text,
                        const bus::Dictionary& options = {},
                        const std::string& format = "qemu-argv") {
        return std::get<0>(manager<std::string>(method, format, text, options));
    }
    static bus::Dictionary option(const std::string& key, const std::string& value) {
        return {{key, sdbus::Variant(value)}};
    }
};

TEST_F(Native, ALineBecomesADefinitionThatCanBeDefined) {
    start_agent();
    const auto xml = convert("DomainXMLFromNative",
                             "qemu-system-x86_64 -name web -nodefaults -display none -m 64 -drive "
                             "file=/images/a.raw,format=raw,if=virtio");
    EXPECT_NE(xml.find("<source file='/images/a.raw'/>"), xml.npos) << xml;
    manager<sdbus::ObjectPath>("DefineGuest", xml, bus::Dictionary());
    EXPECT_EQ(state("web"), "defined");
}

TEST_F(Native, ADefinitionBecomesALineOfEitherDialect) {
    start_agent();
    const auto modern = convert("DomainXMLToNative", xml("web"));
    EXPECT_NE(modern.find(" -blockdev '{"), modern.npos) << modern;
    EXPECT_EQ(convert("DomainXMLToNative", xml("web"), option("dialect", "modern")), modern);
    const auto old = convert("DomainXMLToNative", xml("web"), option("dialect", "0.10"));
    EXPECT_TRUE(old.starts_with("LC_ALL=C /usr/bin/qemu")) << old;
    EXPECT_NE(old.find(" -drive file=/images/a.raw,if="), old.npos) << old;
}

TEST_F(Native, WhatIsWrongIsSaidWithItsPlace) {
    start_agent();
    const auto line = error_of([&] {
        convert("DomainXMLFromNative", "qemu -name a\n -hda disk.img -smp x",
                option("file", "old.args"));
    });
    EXPECT_TRUE(line.starts_with("InvalidDefinition: ")) << line;
    EXPECT_NE(line.find("old.args:2:2: error: path 'disk.img' is not absolute"), line.npos) << line;
    EXPECT_NE(line.find("old.args:2:16: error: "), line.npos) << line;
    const auto xml = error_of([&] { convert("DomainXMLToNative", "<domain/>"); });
    EXPECT_TRUE(xml.starts_with("InvalidDefinition: ")) << xml;
}

TEST_F(Native, OtherFormatsAndDialectsAreRefusedByName) {
    start_agent();
    EXPECT_EQ(error_of([&] { convert("DomainXMLFromNative", "qemu", {}, "qemu-args"); }),
              "InvalidArgument: unknown format 'qemu-args'; did you mean 'qemu-argv'?");
    EXPECT_EQ(error_of([&] { convert("DomainXMLToNative", xml("web"), option("dialect", "0.1")); }),
              "InvalidOption: unknown dialect '0.1'; did you mean '0.10'?");
    EXPECT_EQ(error_of([&] { convert("DomainXMLFromNative", "qemu", option("dialect", "0.10")); }),
              "InvalidOption: unknown option 'dialect'; known here: file auth.no_user_interaction");
}

TEST_F(Native, WhoMayNotInspectConvertsWithoutTheAgent) {
    start_agent();
    polkit_.will(FakePolkit::Will::no);
    EXPECT_TRUE(
        error_of([&] { convert("DomainXMLFromNative", "qemu"); }).starts_with("NotAuthorized"));
    ASSERT_FALSE(polkit_.asked().empty());
    EXPECT_EQ(polkit_.asked().back().action, "org.vmwarden1.inspect-guest");
    EXPECT_EQ(polkit_.asked().back().details.at("verb"), "domxml-from-native");
}

} // namespace

} // namespace vmwarden::tests

// SPDX-License-Identifier: LGPL-2.1-or-later
// Documents made to hurt. Each must be refused by a limit that holds before libxml2 sees the text,
// or the suite would not end: some of these take a parser minutes or gigabytes.
#include "src/domain/domain_xml.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

std::string refusal(const std::string& xml) {
    const auto read = read_domain("t.xml", xml);
    EXPECT_FALSE(read.definition);
    if (read.diagnostics.empty()) return {};
    const auto& first = read.diagnostics.list().front();
    return first.place.text() + ": " + first.message;
}

std::string repeated(std::string_view what, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += what;
    return out;
}

TEST(Hostile, TenMegabytes) {
    EXPECT_EQ(refusal("<domain>" + std::string(10U << 20, 'x') + "</domain>"),
              "t.xml:1:1: the document is larger than 1048576 bytes");
}

TEST(Hostile, ExactlyOneByteTooMany) {
    const auto fitting = "<a>" + std::string(max_domain_bytes - 7, ' ') + "</a>";
    EXPECT_EQ(refusal(fitting), "t.xml:1:1: the outermost element is <a>, not <domain>");
    EXPECT_NE(refusal(fitting + " ").find("larger than 1048576"), std::string::npos);
}

TEST(Hostile, TenThousandDeep) {
    EXPECT_EQ(refusal(repeated("<a>", 10000) + repeated("</a>", 10000)),
              "t.xml:1:194: elements are nested deeper than 64");
}

TEST(Hostile, AnEntityBomb) {
    std::string bomb = "<!DOCTYPE domain [<!ENTITY a0 'lol'>";
    for (int i = 1; i < 20; ++i)
        bomb += "<!ENTITY a" + std::to_string(i) + " '" +
                repeated("&a" + std::to_string(i - 1) + ";", 10) + "'>";
    EXPECT_EQ(refusal(bomb + "]><domain>&a19;</domain>"),
              "t.xml:1:1: document type declarations are refused");
}

TEST(Hostile, ADoctypeInAnyDisguise) {
    for (const auto* head :
         {"<!DOCTYPE x>", "<!doctype x>", "<!ENTITY x 'y'>", "<!-- --><!DOCTYPE x>",
          "\n\n<!DOCTYPE x SYSTEM 'http://localhost/x'>"})
        EXPECT_NE(refusal(head + std::string("<domain/>")).find("declarations are refused"),
                  std::string::npos)
            << head;
}

TEST(Hostile, AHundredThousandAttributes) {
    std::string many = "<domain";
    for (int i = 0; i < 100000; ++i)
        many += " a" + std::to_string(i) + "=''";
    EXPECT_NE(refusal(many + "/>").find("more than 64 attributes"), std::string::npos);
}

TEST(Hostile, AHundredThousandElements) {
    EXPECT_NE(refusal("<domain>" + repeated("<a/>", 100000) + "</domain>")
                  .find("more than 16384 elements"),
              std::string::npos);
}

TEST(Hostile, AFileFullOfMistakes) {
    const auto read = read_domain(
        "t.xml", "<domain>" + repeated("<qa b='' c='' d=''>t</qa>", 16000) + "</domain>");
    EXPECT_FALSE(read.definition);
    EXPECT_LE(read.diagnostics.list().size(), 200U);
}

TEST(Hostile, ThousandsOfDevicesInEachOthersWay) {
    const auto read =
        read_domain("t.xml", "<domain type='kvm'><devices>" +
                                 repeated("<disk device='cdrom'><target dev='hda'/></disk>", 7000) +
                                 "</devices></domain>");
    EXPECT_FALSE(read.definition);
    EXPECT_LE(read.diagnostics.list().size(), 200U);
}

TEST(Hostile, ControllersAndHubsHaveAnEnd) {
    const auto read = read_domain(
        "t.xml", "<domain type='qemu'><name>g</name><memory>65536</memory><os><type>hvm</type>"
                 "</os><devices>" +
                     repeated("<controller type='scsi'/>", 6000) +
                     repeated("<hub type='usb'/>", 6000) + "</devices></domain>");
    EXPECT_FALSE(read.definition);
    ASSERT_EQ(read.diagnostics.list().size(), 2U);
    EXPECT_EQ(read.diagnostics.list()[0].message, "a guest has at most 512 controllers");
    EXPECT_EQ(read.diagnostics.list()[1].message, "a guest has at most 127 hubs");
}

TEST(Hostile, AFileFullOfOpenQuotesAndComments) {
    for (const auto* piece : {"<a b='", "<!--", "<![CDATA[", "<a ", "&", "&#", "</a", "<?x", "]]>"})
        EXPECT_FALSE(read_domain("t.xml", "<domain>" + repeated(piece, 100000)).definition)
            << piece;
}

TEST(Hostile, EveryPrefixOfADocument) {
    const std::string xml =
        "<?xml version='1.0' encoding='UTF-8'?><domain type='kvm'><!-- c --><name>"
        "a&amp;<![CDATA[b]]></name><memory unit=\"MiB\">1</memory></domain>";
    for (std::size_t length = 0; length < xml.size(); ++length) {
        const auto read = read_domain("t.xml", std::string_view(xml).substr(0, length));
        EXPECT_FALSE(read.definition) << length;
        EXPECT_TRUE(read.diagnostics.has_errors()) << length;
    }
}

} // namespace
} // namespace vmwarden

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/domain/golden.h"

#include "src/domain/domain_xml.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

TEST(WriteDomain, WritesWhatIsHeldAndNoMore) {
    GuestDefinition guest;
    guest.name = "g";
    guest.memory = Bytes{64U << 20};
    EXPECT_EQ(write_domain(guest), "<domain type='qemu'>\n"
                                   "  <name>g</name>\n"
                                   "  <memory unit='KiB'>65536</memory>\n"
                                   "  <vcpu>1</vcpu>\n"
                                   "  <os>\n"
                                   "    <type>hvm</type>\n"
                                   "  </os>\n"
                                   "  <clock offset='utc'/>\n"
                                   "  <on_poweroff>destroy</on_poweroff>\n"
                                   "  <on_reboot>restart</on_reboot>\n"
                                   "  <on_crash>destroy</on_crash>\n"
                                   "  <devices/>\n"
                                   "</domain>\n");
}

TEST(WriteDomain, EscapesWhatAParserWouldChange) {
    GuestDefinition guest;
    guest.name = "g";
    guest.memory = Bytes{1024};
    guest.description = "<&>'\"\r\n\t]]>";
    guest.disks.push_back({.source = "/<&>'\"", .target = "vda", .bus = DiskBus::virtio});
    const auto xml = write_domain(guest);
    EXPECT_NE(xml.find("<description>&lt;&amp;&gt;'\"&#13;\n\t]]&gt;</description>"),
              std::string::npos);
    EXPECT_NE(xml.find("<source file='/&lt;&amp;&gt;&apos;\"'/>"), std::string::npos);
    const auto read = read_domain("t", xml);
    ASSERT_FALSE(read.definition) << "a carriage return is refused in what people write";
    guest.description = "<&>'\"\n\t]]>";
    const auto again = read_domain("t", write_domain(guest));
    ASSERT_TRUE(again.definition) << render(again.diagnostics, xml);
    EXPECT_EQ(strip_places(*again.definition), guest);
}

std::string labels_in(const std::string& xml) {
    const auto begin = xml.find("  <seclabel");
    return begin == std::string::npos ? "" : xml.substr(begin, xml.rfind("</domain>") - begin);
}

TEST(WriteRunningDomain, HasTheLabelsThatTheGuestHas) {
    GuestDefinition guest;
    guest.name = "g";
    guest.memory = Bytes{1024};
    const RunningLabels labels{"u:r:svirt_t:s0:c1,c2", "u:r:svirt_image_t:s0:c1,c2", "+107:+108"};
    const std::string account = "  <seclabel type='dynamic' model='dac' relabel='yes'>\n"
                                "    <label>+107:+108</label>\n"
                                "    <imagelabel>+107:+108</imagelabel>\n"
                                "  </seclabel>\n";
    EXPECT_EQ(labels_in(write_running_domain(guest, labels)),
              "  <seclabel type='dynamic' model='selinux' relabel='yes'>\n"
              "    <label>u:r:svirt_t:s0:c1,c2</label>\n"
              "    <imagelabel>u:r:svirt_image_t:s0:c1,c2</imagelabel>\n"
              "  </seclabel>\n" +
                  account);
    EXPECT_EQ(labels_in(write_running_domain(guest, {.account = "+107:+108"})), account);
    EXPECT_EQ(labels_in(write_domain(guest)), "");
}

TEST(WriteRunningDomain, KeepsWhatWasAskedFor) {
    GuestDefinition guest;
    guest.name = "g";
    guest.memory = Bytes{1024};
    guest.security_labels = {{.type = LabelType::fixed, .label = "u:r:mine_t:s0"}};
    const RunningLabels labels{"u:r:mine_t:s0", "u:r:svirt_image_t:s0", ""};
    EXPECT_EQ(labels_in(write_running_domain(guest, labels)),
              "  <seclabel type='static' model='selinux' relabel='no'>\n"
              "    <label>u:r:mine_t:s0</label>\n"
              "    <imagelabel>u:r:svirt_image_t:s0</imagelabel>\n"
              "  </seclabel>\n");
    guest.security_labels = {{.label = "u:r:base_t:s0"}};
    const auto xml = write_running_domain(guest, labels);
    EXPECT_NE(xml.find("<baselabel>u:r:base_t:s0</baselabel>"), std::string::npos) << xml;
    const auto read = read_domain("t", xml);
    ASSERT_TRUE(read.definition);
    EXPECT_EQ(read.definition->security_labels[0].label, "u:r:base_t:s0");
    guest.security_labels = {{.type = LabelType::none}};
    EXPECT_EQ(labels_in(write_running_domain(guest, {})),
              "  <seclabel type='none' model='selinux'/>\n");
}

TEST(WriteDomain, RepeatsMetadataToTheByte) {
    const auto xml = domain::content_of(VMWARDEN_GOLDEN "/domains/metadata.xml");
    const auto begin = xml.find("<metadata>");
    const auto end = xml.find("</metadata>");
    const auto read = read_domain("t", xml);
    ASSERT_TRUE(read.definition);
    EXPECT_NE(write_domain(*read.definition).find(xml.substr(begin, end - begin)),
              std::string::npos);
}

} // namespace
} // namespace vmwarden

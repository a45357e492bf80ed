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

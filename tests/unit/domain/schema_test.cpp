// SPDX-License-Identifier: LGPL-2.1-or-later
// libvirt's public schema of domain XML, which Debian's libvirt0 carries, judges what we write.
#include "src/domain/domain_xml.h"
#include "tests/unit/domain/definition_maker.h"
#include "tests/unit/domain/golden.h"

#include <gtest/gtest.h>

#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace vmwarden::domain {

namespace {

template <auto release>
struct Release {
    template <class Thing>
    void operator()(Thing* thing) const {
        release(thing);
    }
};
using Schema = std::unique_ptr<xmlRelaxNG, Release<xmlRelaxNGFree>>;
using Document = std::unique_ptr<xmlDoc, Release<xmlFreeDoc>>;
using Validator = std::unique_ptr<xmlRelaxNGValidCtxt, Release<xmlRelaxNGFreeValidCtxt>>;

const Schema& schema() {
    static const Schema parsed = [] {
        auto* context = xmlRelaxNGNewParserCtxt(VMWARDEN_DOMAIN_SCHEMA);
        Schema out(xmlRelaxNGParse(context));
        xmlRelaxNGFreeParserCtxt(context);
        if (!out) throw std::runtime_error("cannot read " VMWARDEN_DOMAIN_SCHEMA);
        return out;
    }();
    return parsed;
}

void collect(void* text, const xmlError* error) {
    *static_cast<std::string*>(text) += std::to_string(error->line) + ": " + error->message;
}

// What the schema says against a document; empty: nothing.
std::string schema_errors(const std::string& xml) {
    const Document document(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "written.xml",
                                          nullptr, XML_PARSE_NONET));
    if (!document) return "not well-formed";
    std::string errors;
    const Validator validator(xmlRelaxNGNewValidCtxt(schema().get()));
    xmlRelaxNGSetValidStructuredErrors(validator.get(),
                                       reinterpret_cast<xmlStructuredErrorFunc>(collect), &errors);
    if (xmlRelaxNGValidateDoc(validator.get(), document.get()) == 0) return {};
    return errors.empty() ? "not valid" : errors;
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    auto name = info.param.stem().string();
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
    return name;
}

// What libvirt has had for less long than the schema at hand may be old. A newer one knows the
// words, and then has to accept the file.
struct Later {
    std::string_view file;
    std::string_view word;
};
constexpr Later later[] = {{"features-switches", "\"ps2\""},    {"panics", ">pvpanic<"},
                           {"panic-hyperv", "\"emsr_bitmap\""}, {"video-bochs", "\"edid\""},
                           {"video-vga", "\"edid\""},           {"video-virtio", "\"edid\""},
                           {"watchdog-itco", ">itco<"},         {"watchdogs", ">itco<"}};

bool is_known(const std::string& file) {
    namespace fs = std::filesystem;
    for (const auto& one : later) {
        if (one.file != file) continue;
        for (const auto& part :
             fs::directory_iterator(fs::path(VMWARDEN_DOMAIN_SCHEMA).parent_path()))
            if (part.path().extension() == ".rng" &&
                content_of(part.path()).find(one.word) != std::string::npos)
                return true;
        return false;
    }
    return true;
}

class Schemas : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Schemas, AcceptWhatIsWritten) {
    const auto source = content_of(GetParam());
    const auto read = read_domain(GetParam().filename(), source);
    ASSERT_TRUE(read.definition) << render(read.diagnostics, source);
    const auto written = write_domain(*read.definition);
    const auto errors = schema_errors(written);
    EXPECT_EQ(errors.empty(), is_known(GetParam().stem())) << errors << written;
}

INSTANTIATE_TEST_SUITE_P(
    Golden, Schemas,
    testing::ValuesIn(files_in(std::filesystem::path(VMWARDEN_GOLDEN) / "domains", ".xml")),
    name_of);

// What the schema at hand is too old for, as above.
GuestDefinition without_later_words(GuestDefinition guest) {
    guest.feature_details.ps2.reset();
    guest.cpu.most_address_bits = 0;
    std::erase_if(guest.feature_details.hyperv, [](const NamedSwitch& each) {
        return each.name == "emsr_bitmap" || each.name == "xmm_input";
    });
    for (auto& video : guest.videos)
        video.edid.reset();
    // libxml2 tries the attributes of a disk's <driver> in every order: with all that virtio has a
    // second for some disks, hours for others. The golden files have them one by one.
    for (auto& disk : guest.disks) {
        disk.info.model = VirtioModel::unsaid;
        disk.info.virtio.clear();
    }
    std::erase_if(guest.panics,
                  [](const Panic& panic) { return panic.model == PanicModel::pvpanic; });
    std::erase_if(guest.watchdogs,
                  [](const Watchdog& dog) { return dog.model == WatchdogModel::itco; });
    return guest;
}

TEST(Schema, AcceptsWhatIsGenerated) {
    constexpr unsigned rounds = 300;
    for (unsigned seed = 0; seed < rounds; ++seed) {
        const auto written = write_domain(without_later_words(Maker(seed).guest()));
        ASSERT_EQ(schema_errors(written), "") << seed << "\n" << written;
    }
}

TEST(Schema, AcceptsTheLabelsOfGuestsThatRun) {
    const RunningLabels labels{.process = "system_u:system_r:svirt_t:s0:c1,c2",
                               .image = "system_u:object_r:svirt_image_t:s0:c1,c2",
                               .account = "+107:+108"};
    for (const auto type : {LabelType::dynamic, LabelType::fixed, LabelType::none})
        for (const auto model : {LabelModel::unsaid, LabelModel::selinux, LabelModel::dac}) {
            if (type == LabelType::none && model == LabelModel::dac) continue; // nobody may ask
            auto guest = Maker(1).guest();
            guest = without_later_words(guest);
            guest.security_labels = {{.model = model, .type = type}};
            if (type == LabelType::fixed) guest.security_labels[0].label = "a:b:c:s0";
            const auto written =
                write_running_domain(guest, type == LabelType::none ? RunningLabels{} : labels);
            EXPECT_EQ(schema_errors(written), "") << written;
        }
}

TEST(Schema, RefusesWhatIsNot) {
    EXPECT_NE(schema_errors("<domain type='qemu'><name>g</name><memory>many</memory>"
                            "<os><type>hvm</type></os></domain>"),
              "");
}

} // namespace
} // namespace vmwarden::domain

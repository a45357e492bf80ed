// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/image_header.h"

#include <gtest/gtest.h>

#include <vector>

namespace vmwarden::host {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr std::uint32_t backing_format = 0xe2792aca;
constexpr std::uint32_t data_file = 0x44415441;
constexpr std::uint32_t feature_names = 0x6803f857;

// A header under construction, as qemu-img lays it out: extensions, their end, the name.
class Qcow2 {
  public:
    explicit Qcow2(std::uint64_t version = 3)
      : end_(version < 3 ? 72 : 104) {
        bytes.resize(image_header_bytes, 0);
        put(0, 0x514649fb, 4);
        put(4, version, 4);
        put(20, 16, 4); // cluster bits
        if (version >= 3) put(100, end_, 4);
    }

    void put(std::size_t at, std::uint64_t value, std::size_t width) {
        for (std::size_t i = 0; i < width; ++i)
            bytes.at(at + i) = static_cast<unsigned char>(value >> 8 * (width - 1 - i) & 0xff);
    }
    void text(std::size_t at, const std::string& text) {
        std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    Qcow2& extension(std::uint32_t type, const std::string& content) {
        put(end_, type, 4);
        put(end_ + 4, content.size(), 4);
        text(end_ + 8, content);
        end_ += 8 + (content.size() + 7) / 8 * 8;
        return *this;
    }
    Qcow2& backing(const std::string& name) {
        const auto at = end_ + 8; // behind the end mark
        put(8, at, 8);
        put(16, name.size(), 4);
        text(at, name);
        return *this;
    }
    Qcow2& feature(unsigned char bits) {
        bytes.at(79) = bits;
        return *this;
    }
    [[nodiscard]] ImageFact read(const std::string& path = "/images/top.qcow2") const {
        return image_fact(bytes, path);
    }

    Bytes bytes;

  private:
    std::size_t end_;
};

TEST(ImageHeader, OfAnImageOnItsOwnNamesNothing) {
    EXPECT_EQ(Qcow2(2).read(), ImageFact{});
    EXPECT_EQ(Qcow2(3).read(), ImageFact{});
    EXPECT_EQ(Qcow2(3).feature(3).read(), ImageFact{}); // dirty, corrupt
}

TEST(ImageHeader, NamesItsBackingFileAndFormat) {
    for (const std::uint64_t version : {2U, 3U}) {
        const auto fact = Qcow2(version)
                              .extension(feature_names, std::string(48, 'x'))
                              .extension(backing_format, "qcow2")
                              .backing("base.qcow2")
                              .read();
        EXPECT_EQ(fact.error, "") << version;
        EXPECT_EQ(fact.backing, (NamedFile{"base.qcow2", "/images/base.qcow2"})) << version;
        EXPECT_EQ(fact.backing_format, "qcow2") << version;
        EXPECT_FALSE(fact.external_data) << version;
    }
}

TEST(ImageHeader, MayDeclareNoFormat) {
    const auto fact = Qcow2().backing("/b").read();
    EXPECT_EQ(fact.error, "");
    EXPECT_EQ(fact.backing.path, "/b");
    EXPECT_EQ(fact.backing_format, "");
}

TEST(ImageHeader, NamesItsExternalDataFile) {
    const auto fact = Qcow2().feature(4).extension(data_file, "data.raw").read();
    EXPECT_TRUE(fact.external_data);
    EXPECT_EQ(fact.data, (NamedFile{"data.raw", "/images/data.raw"}));
    EXPECT_EQ(fact.backing, NamedFile{});
    const auto forgotten = Qcow2().feature(4).read();
    EXPECT_TRUE(forgotten.external_data);
    EXPECT_EQ(forgotten.data, NamedFile{});
    // Without the feature's bit QEMU does not open it.
    EXPECT_EQ(Qcow2().extension(data_file, "data.raw").read(), ImageFact{});
    EXPECT_EQ(Qcow2(2).feature(4).read(), ImageFact{}) << "version 2 has no features";
}

TEST(ImageHeader, WithAnExtensionTwiceIsAnError) {
    const auto twice = Qcow2()
                           .extension(backing_format, "raw")
                           .extension(backing_format, "qcow2")
                           .backing("/b")
                           .read();
    EXPECT_NE(twice.error, "");
    EXPECT_EQ(twice.backing, NamedFile{});
    EXPECT_NE(Qcow2().feature(4).extension(data_file, "a").extension(data_file, "a").read().error,
              "");
}

TEST(ImageHeader, NamesAreBounded) {
    EXPECT_EQ(Qcow2().backing("/" + std::string(1022, 'x')).read().error, "");
    EXPECT_NE(Qcow2().backing("/" + std::string(1023, 'x')).read().error, "");
    EXPECT_EQ(Qcow2().feature(4).extension(data_file, std::string(1023, 'x')).read().error, "");
    EXPECT_NE(Qcow2().feature(4).extension(data_file, std::string(1024, 'x')).read().error, "");
    auto far = Qcow2().backing("/b");
    far.put(8, 65536 - 1, 8);
    EXPECT_NE(far.read().error, "") << "beyond its cluster";
}

// QEMU takes a name up to its first zero byte.
TEST(ImageHeader, NamesHaveNoZeroByte) {
    EXPECT_NE(Qcow2().backing(std::string("/a\0b", 4)).read().error, "");
    EXPECT_NE(Qcow2().extension(backing_format, std::string("raw\0x", 5)).read().error, "");
}

TEST(ImageHeader, OffsetsOutOfPlaceAreErrors) {
    const auto broken = [](std::size_t at, std::uint64_t value, std::size_t width) {
        auto image = Qcow2().extension(backing_format, "qcow2").backing("/b");
        image.put(at, value, width);
        return !image.read().error.empty();
    };
    EXPECT_TRUE(broken(8, 8, 8)) << "the name within the header";
    EXPECT_TRUE(broken(8, 106, 8)) << "the name within an extension";
    EXPECT_TRUE(broken(8, ~std::uint64_t{0}, 8));
    EXPECT_TRUE(broken(20, 8, 4)) << "clusters too small";
    EXPECT_TRUE(broken(20, 22, 4)) << "clusters too large";
    EXPECT_TRUE(broken(20, 64, 4));
    EXPECT_TRUE(broken(100, 103, 4)) << "a header too small";
    EXPECT_TRUE(broken(100, 65537, 4)) << "a header too large";
    EXPECT_TRUE(broken(108, 0xffffffff, 4)) << "an extension too large";
}

TEST(ImageHeader, OfAnotherVersionIsAnError) {
    for (const std::uint64_t version : {0U, 1U, 4U, 0x03000000U})
        EXPECT_NE(Qcow2(version).read().error, "") << version;
}

TEST(ImageHeader, CutShortIsAnErrorWhereverThatIs) {
    const auto whole = Qcow2()
                           .feature(4)
                           .extension(backing_format, "qcow2")
                           .extension(data_file, "data")
                           .backing("/base");
    const std::size_t length = 104 + 16 + 16 + 8 + 5;
    for (std::size_t cut = 4; cut < length; ++cut)
        EXPECT_NE(image_fact(std::span(whole.bytes).first(cut), "/i").error, "") << cut;
    EXPECT_EQ(image_fact(std::span(whole.bytes).first(length), "/i").error, "");
}

TEST(ImageHeader, ExtensionsThatEndNowhereAreAnError) {
    auto image = Qcow2();
    image.put(20, 21, 4); // a cluster of 2 MiB, of which we read a part
    for (std::size_t at = 104; at + 8 <= image.bytes.size(); at += 8)
        image.put(at, 1, 4);
    EXPECT_NE(image.read().error, "");
}

TEST(ImageHeader, OfOtherContentsNamesNothing) {
    EXPECT_EQ(image_fact({}, "/i"), ImageFact{});
    EXPECT_EQ(image_fact(Bytes{'Q', 'F', 'I'}, "/i"), ImageFact{});
    EXPECT_EQ(image_fact(Bytes(512, 0), "/i"), ImageFact{});
    EXPECT_EQ(image_fact(Bytes(512, 0xff), "/i"), ImageFact{});
}

TEST(ImageHeader, RelativeNamesCountFromTheImage) {
    EXPECT_EQ(named_by("/a/b/top", "base").path, "/a/b/base");
    EXPECT_EQ(named_by("/a/b/top", "../base").path, "/a/b/../base");
    EXPECT_EQ(named_by("/top", "base").path, "/base");
    EXPECT_EQ(named_by("/a/top", "/b/base").path, "/b/base");
    EXPECT_EQ(named_by("/a/top", "dir/with:colon").path, "/a/dir/with:colon");
    EXPECT_EQ(named_by("/a/top", ""), NamedFile{});
}

TEST(ImageHeader, ProtocolsAreNoFiles) {
    for (const char* name : {"json:{\"driver\":\"file\"}", "nbd://host/x", "nbd:unix:/x", "file:/x",
                             "x:y", ":", "fat:/dir"}) {
        EXPECT_EQ(named_by("/a/top", name).path, "") << name;
        EXPECT_EQ(named_by("/a/top", name).name, name);
    }
}

} // namespace
} // namespace vmwarden::host

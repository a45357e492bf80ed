// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/image_header.h"

#include <gtest/gtest.h>

#include <vector>

namespace vmwarden::host {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes qcow(unsigned char version) {
    Bytes header(image_header_bytes, 0);
    header[0] = 'Q';
    header[1] = 'F';
    header[2] = 'I';
    header[3] = 0xfb;
    header[7] = version;
    return header;
}

TEST(ImageHeader, OfAnImageOnItsOwnNamesNothing) {
    EXPECT_FALSE(names_another_file(qcow(2)));
    EXPECT_FALSE(names_another_file(qcow(3)));
}

TEST(ImageHeader, WithAnyBackingFileOffsetNamesOne) {
    for (const auto version : Bytes{1, 2, 3})
        for (std::size_t byte = 8; byte < 16; ++byte) {
            auto header = qcow(version);
            header[byte] = 1;
            EXPECT_TRUE(names_another_file(header)) << "version " << +version << " byte " << byte;
        }
}

TEST(ImageHeader, WithAnExternalDataFileNamesOne) {
    auto header = qcow(3);
    header[79] = 4;
    EXPECT_TRUE(names_another_file(header));
    header[79] = 3; // dirty, corrupt
    EXPECT_FALSE(names_another_file(header));
}

TEST(ImageHeader, OfVersion2HasNoFeatures) {
    auto header = qcow(2);
    header[79] = 4;
    EXPECT_FALSE(names_another_file(header));
}

TEST(ImageHeader, CutShortCountsAsNaming) {
    for (const std::size_t length : {4U, 7U, 8U, 15U, 16U, 79U}) {
        auto header = qcow(3);
        header.resize(length);
        EXPECT_TRUE(names_another_file(header)) << length;
    }
}

TEST(ImageHeader, OfOtherContentsNamesNothing) {
    EXPECT_FALSE(names_another_file({}));
    EXPECT_FALSE(names_another_file(Bytes{'Q', 'F', 'I'}));
    EXPECT_FALSE(names_another_file(Bytes(512, 0)));
    EXPECT_FALSE(names_another_file(Bytes(512, 0xff)));
}

} // namespace
} // namespace vmwarden::host

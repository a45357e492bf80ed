// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/read_images.h"

#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

constexpr NotDone source_refused[] = {{"fdgroup", "a definition is kept longer than a descriptor"}};
// At a start both ask for the same.
constexpr Word<bool> image_policies[] = {{"mandatory", true}, {"requisite", true}};
constexpr NotDone image_policies_refused[] = {
    {"optional", "a guest is not started without what it is said to have: write mandatory, or "
                 "remove <source> of an empty drive"}};
constexpr NotDone source_children_refused[] = {
    {"encryption", "there are no secrets for guests in this version: encrypt the host's disk"},
    {"reservations", "reservations of the host's disks are not passed on"},
    {"slices", "a part of an image is not another image: copy it out"},
    {"dataStore", "an external data file is the one that the image's header names"}};
constexpr NotDone directory_children_refused[] = {
    {"seclabel", "directories keep their labels and owners"}};
constexpr NotDone format_children_refused[] = {
    {"metadata_cache", "how much QEMU remembers of an image below is its own to choose"}};

constexpr std::string_view how_to_declare =
    "write <backingStore type='file'><format type='qcow2'/><source file='/...'/><backingStore/>"
    "</backingStore>";

void read_format(ElementReader& store, BackingStore& backing) {
    const bool given = store.child("format", [&](ElementReader& format) {
        const auto type = format.required_word("type", disk_formats, image_formats_refused);
        if (type) backing.format = *type;
        format.refuse_children(format_children_refused);
    });
    if (!given)
        store.error(store.at(), "a backing image's format must be declared",
                    "write <format type='qcow2'/> or <format type='raw'/>");
}

void read_store(ElementReader& store, Disk& disk);

// What stands in the <backingStore> of an image, if there is one.
void read_next(ElementReader& element, Disk& disk) {
    element.child("backingStore", [&](ElementReader& store) {
        const auto& inside = store.element();
        if (inside.attributes.empty() && inside.children.empty())
            disk.chain_ends = true;
        else
            read_store(store, disk);
    });
}

void read_store(ElementReader& store, Disk& disk) {
    const auto above = disk.backing.empty() ? disk.format : disk.backing.back().format;
    if (above != DiskFormat::qcow2)
        store.error(store.at(), "only a qcow2 image has a backing image",
                    "write <backingStore/>, or give the image above type='qcow2'");
    set_aside(store, "index");
    const auto type = store.required_word("type", disk_sources, image_types_refused);
    if (!type) return store.skip_rest();
    if (*type == DiskSource::network || *type == DiskSource::directory) {
        store.error(store.at(), "a backing image is a file or block device of this host",
                    "write type='file' or type='block'");
        return store.skip_rest();
    }
    BackingStore backing;
    backing.type = *type;
    backing.format =
        DiskFormat::qcow2; // where it is missing or refused: no complaint about it below
    read_format(store, backing);
    const bool given = store.child("source", [&](ElementReader& source) {
        auto image = read_image_source(source, backing.type);
        backing.source = std::move(image.source);
        backing.source_place = std::move(image.source_place);
        backing.labels = std::move(image.labels);
    });
    if (!given)
        store.error(store.at(), "a backing image needs a <source>", std::string(how_to_declare));
    disk.backing.push_back(std::move(backing));
    read_next(store, disk);
}

} // namespace

ImageSource read_image_source(ElementReader& source, DiskSource type, bool may_be_empty) {
    ImageSource read{{}, source.place()};
    const auto name = source_attribute(type);
    const auto path = may_be_empty ? source.attribute(name) : source.required_attribute(name);
    if (path) {
        read.source_place = source.report().place(path->at);
        read.source = path_from(*path, source.report()).value_or("");
    }
    set_aside(source, "index");
    if (path)
        source.word("startupPolicy", image_policies, image_policies_refused);
    else
        source.set_aside_attributes(
            {{{"startupPolicy", "there is no medium that could be missing"}}});
    if (type != DiskSource::directory)
        source.children("seclabel",
                        [&](ElementReader& label) { read_image_label(label, read.labels); });
    else
        source.refuse_children(directory_children_refused);
    source.refuse_attributes(source_refused);
    source.refuse_children(source_children_refused);
    return read;
}

void read_backing_chain(ElementReader& element, bool has_medium, Disk& disk) {
    read_next(element, disk);
    if (!has_medium && !disk.backing.empty())
        element.error(element.at(), "a drive without a medium has no backing image",
                      "remove <backingStore>, or give it a <source>");
}

} // namespace vmwarden::domain

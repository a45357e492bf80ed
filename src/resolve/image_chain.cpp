// SPDX-License-Identifier: LGPL-2.1-or-later
// A disk's images, from the guest's own down to the one that is backed by none. What the definition
// declares is what QEMU opens; below that the headers are followed, as far as they can be trusted:
// whoever writes a header must not choose what is opened, nor how it is understood.
#include "src/base/text.h"
#include "src/resolve/file_case.h"

namespace vmwarden::resolving {

namespace {

class Chain {
  public:
    Chain(Draft& draft, const Disk& disk)
      : draft_(draft)
      , disk_(disk) {}

    std::vector<qemu::Image> grant() {
        if (disk_.type == DiskSource::directory) {
            give_directory(draft_, wanted_disk(disk_));
            // pass_descriptors() knows by which path QEMU comes to it.
            return {{disk_.source, disk_.type, disk_.format}};
        }
        std::optional<Link> next = disk_.type == DiskSource::network
                                       ? behind_server()
                                       : Link{wanted_disk(disk_), disk_.format};
        while (next && add(*next))
            next = below(*next);
        return std::move(images_);
    }

  private:
    struct Link {
        WantedFile wanted;
        DiskFormat format = DiskFormat::raw;
    };
    struct Met {
        std::string purpose;
        std::string path;
        const FileFact& fact;
    };

    // What a server holds cannot be looked at; the definition says what backs it.
    std::optional<Link> behind_server() {
        admit_server(draft_, disk_);
        images_.push_back({disk_.source, disk_.type, disk_.format});
        if (disk_.backing.empty()) return std::nullopt;
        return Link{wanted_backing(disk_, disk_.backing[0], 1), disk_.backing[0].format};
    }

    // False where the chain comes back to itself.
    bool add(const Link& link) {
        const auto& fact = draft_.file(link.wanted.path);
        if (!meets(link.wanted, fact)) return false;
        grant_file(draft_, link.wanted);
        images_.push_back(
            {fact.resolved, link.wanted.block ? DiskSource::block : DiskSource::file, link.format});
        if (link.format == DiskFormat::qcow2) add_data(link.wanted, fact.image);
        return true;
    }

    bool meets(const WantedFile& wanted, const FileFact& fact) {
        if (fact.state != FileFact::State::present) return true;
        for (const auto& met : met_) {
            if (!same(met.fact, fact)) continue;
            draft_.refuse(wanted.purpose, wanted.place,
                          "'" + wanted.path + "' is " + met.purpose + " ('" + met.path +
                              "') already: a chain must not come back to itself" + blamed(wanted),
                          "correct " + wanted.element);
            return false;
        }
        met_.push_back({wanted.purpose, wanted.path, fact});
        return true;
    }
    static bool same(const FileFact& one, const FileFact& other) {
        const bool devices = one.type == FileType::block && other.type == FileType::block;
        return devices ? one.device == other.device : one.id == other.id;
    }
    static std::string blamed(const WantedFile& wanted) {
        if (wanted.named_by.empty()) return {};
        return "; the header of '" + wanted.named_by + "' names it";
    }

    void add_data(const WantedFile& image, const ImageFact& header) {
        if (!header.error.empty())
            draft_.refuse(image.purpose, image.place,
                          "the header of '" + image.path + "' cannot be trusted: " + header.error,
                          "make the image anew with qemu-img convert, if qemu-img can read it");
        if (!header.external_data) return;
        const auto wanted =
            named_file(image, header.data, image.purpose + ", data", "external data file");
        if (!wanted) return;
        auto data = *wanted;
        data.sharing = image.sharing;
        if (!meets(data, draft_.file(data.path))) return;
        grant_file(draft_, data);
        images_.back().data = draft_.file(data.path).resolved;
        images_.back().data_type = data.block ? DiskSource::block : DiskSource::file;
    }

    // A file out of a header. Its kind is what it is: a header cannot say.
    std::optional<WantedFile> named_file(const WantedFile& image, const NamedFile& file,
                                         std::string purpose, const std::string& role) {
        const auto refuse = [&](const std::string& what) {
            draft_.refuse(
                purpose, image.place, "the header of '" + image.path + "' names " + what,
                "correct it with qemu-img, or make one image of it with qemu-img convert");
            return std::nullopt;
        };
        const auto quoted = "'" + printable(file.name) + "'";
        if (file.name.empty()) return refuse("no " + role + ", although it needs one");
        if (printable(file.name) != file.name)
            return refuse(quoted + " as its " + role +
                          ", a name with control characters or one that is not UTF-8");
        if (file.path.empty())
            return refuse(quoted + " as its " + role + ", which is no file of this host");
        WantedFile wanted;
        wanted.path = file.path;
        wanted.purpose = std::move(purpose);
        wanted.element = "the header of '" + image.path + "'";
        wanted.named_by = image.path;
        wanted.place = image.place;
        wanted.is_disk = true;
        wanted.block = draft_.file(file.path).type == FileType::block;
        return wanted;
    }

    std::optional<Link> below(const Link& link) {
        const auto number = images_.size(); // of the next: the guest's own is 0
        if (number <= disk_.backing.size()) {
            const auto& store = disk_.backing[number - 1];
            return Link{wanted_backing(disk_, store, number), store.format};
        }
        if (disk_.chain_ends || link.format != DiskFormat::qcow2) return std::nullopt;
        return named_below(link.wanted, draft_.file(link.wanted.path).image);
    }

    std::optional<Link> named_below(const WantedFile& image, const ImageFact& header) {
        if (header.backing.name.empty()) return std::nullopt;
        auto wanted = named_file(
            image, header.backing,
            "disk " + disk_.target + ", backing " + std::to_string(images_.size()), "backing file");
        if (!wanted || !is_short(*wanted)) return std::nullopt;
        const auto format = declared_format(*wanted, header);
        if (!format) return std::nullopt;
        return Link{std::move(*wanted), *format};
    }

    bool is_short(const WantedFile& wanted) {
        if (images_.size() < max_chain_images) return true;
        draft_.refuse(wanted.purpose, wanted.place,
                      "'" + disk_.source + "' stands on more than " +
                          std::to_string(max_chain_images - 1) + " other images",
                      "shorten the chain with qemu-img convert");
        return false;
    }

    // Never guessed from the contents: a guest that writes a qcow2 header into its raw disk would
    // have every file of the host that the header names.
    std::optional<DiskFormat> declared_format(const WantedFile& wanted, const ImageFact& header) {
        const auto& format = header.backing_format;
        if (format == "qcow2") return DiskFormat::qcow2;
        if (format == "raw") return DiskFormat::raw;
        const auto names =
            "the header of '" + wanted.named_by + "' names its backing file '" + wanted.path + "' ";
        if (format.empty())
            draft_.refuse(
                wanted.purpose, wanted.place,
                names + "without its format, and guessing would trust the file's contents",
                "run: qemu-img rebase -u -F qcow2 -b " + shell_quoted(header.backing.name) + " " +
                    shell_quoted(wanted.named_by) + " (or -F raw, if it is that)");
        else
            draft_.refuse(wanted.purpose, wanted.place,
                          names + "with format '" + printable(format) + "'",
                          "raw and qcow2 are handled; qemu-img convert makes one of the other");
        return std::nullopt;
    }

    Draft& draft_;
    const Disk& disk_;
    std::vector<qemu::Image> images_;
    std::vector<Met> met_;
};

} // namespace

std::vector<qemu::Image> grant_chain(Draft& draft, const Disk& disk) {
    return Chain(draft, disk).grant();
}

} // namespace vmwarden::resolving

// SPDX-License-Identifier: LGPL-2.1-or-later
// What the headers of images name: known only once the images have been looked at.
#include "src/resolve/resolve.h"

#include <set>

namespace vmwarden {

namespace {

class HeaderTrail {
  public:
    explicit HeaderTrail(const std::map<std::string, FileFact>& files)
      : files_(files) {}

    void note_data(const std::string& image) {
        const auto known = files_.find(image);
        if (known != files_.end()) note(known->second.image.data);
    }

    void go_down(std::string image) {
        for (std::size_t depth = 0; depth < max_chain_images; ++depth) {
            const auto known = files_.find(image);
            if (known == files_.end() || !followed_.insert(image).second) return;
            const ImageFact& header = known->second.image;
            note(header.data);
            note(header.backing);
            if (header.backing_format != "qcow2") return;
            image = header.backing.path;
        }
    }

    [[nodiscard]] std::vector<std::string> missing() const {
        if (named_.size() > max_images) return {};
        std::vector<std::string> paths;
        for (const auto& path : named_)
            if (!files_.contains(path)) paths.push_back(path);
        return paths;
    }

  private:
    void note(const NamedFile& file) {
        if (!file.path.empty()) named_.insert(file.path);
    }

    const std::map<std::string, FileFact>& files_;
    std::set<std::string> followed_;
    std::set<std::string> named_;
};

} // namespace

std::vector<std::string> more_files_needed(const FactsRequest& request,
                                           const std::map<std::string, FileFact>& known) {
    HeaderTrail trail(known);
    for (const auto& image : request.images)
        trail.note_data(image);
    for (const auto& image : request.chains)
        trail.go_down(image);
    return trail.missing();
}

} // namespace vmwarden

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/document.h"
#include "src/hostpolicy/source_text.h"
#include "src/hostpolicy/syntax_error.h"
#include "src/hostpolicy/tree_builder.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

namespace vmwarden::hostpolicy {

namespace {

// What failed runs of the parser may have read before we give up: a small file may hold many syntax
// errors, a huge one only few.
constexpr std::size_t most_read_in_vain = 128 * 1024;

class DocumentReader {
  public:
    DocumentReader(const SourceText& source, Findings& findings)
      : source_(source)
      , findings_(findings)
      , builder_(source, findings) {}

    std::optional<Document> read() {
        for (unsigned line = 1; line != 0;)
            line = read_from(line);
        if (!builder_.saw_mapping()) {
            if (!failed_)
                findings_.error(code::empty_file, {1, 1, 1}, "the file holds no policy",
                                "begin it with 'version: 1'; to mask a file of the same name, "
                                "link this name to /dev/null");
            return std::nullopt;
        }
        return Document{builder_.take_entries(), std::move(lost_)};
    }

  private:
    // Returns the line to go on from, or 0.
    unsigned read_from(unsigned first) {
        std::istringstream stream{std::string(source_.from(first))};
        YAML::Parser parser(stream);
        builder_.begin_at(first);
        try {
            while (parser.HandleNextDocument(builder_)) {
            }
            return 0;
        } catch (const StopReading& stop) {
            failed_ = true;
            return stop.for_good ? 0 : go_on_after(skip_entry({}, {}));
        } catch (const YAML::Exception& error) {
            failed_ = true;
            const auto place = builder_.span_at(error.mark);
            read_in_vain_ += source_.from(first).size() - source_.from(place.line + 1).size();
            return go_on_after(skip_entry(error.msg, place));
        }
    }

    // Leaves out the entry that could not be read; returns the line of the next one, or 0.
    unsigned skip_entry(std::string_view complaint, Span place) {
        LineRange entry{builder_.abandon_entry(), source_.line_count()};
        const auto next = next_entry(entry.first);
        if (next != 0) entry.last = next - 1;
        if (place.line < entry.first || place.line > entry.last) place = {entry.first, 1, 1};
        if (!complaint.empty() && !source_.reported_within(entry.first, entry.last))
            report_syntax_error(source_, entry, complaint, place, findings_);
        lost_.emplace_back(source_.line(entry.first));
        return next;
    }

    unsigned next_entry(unsigned after) const {
        for (unsigned n = after + 1; n <= source_.line_count(); ++n)
            if (begins_entry(source_.line(n))) return n;
        return 0;
    }

    unsigned go_on_after(unsigned next) {
        if (next == 0 || read_in_vain_ <= most_read_in_vain) return next;
        findings_.error(code::gave_up, {next, 1, 1}, "not read from here on: too many errors above",
                        "mend them and check again");
        return 0;
    }

    const SourceText& source_;
    Findings& findings_;
    TreeBuilder builder_;
    std::vector<std::string> lost_;
    std::size_t read_in_vain_ = 0;
    bool failed_ = false;
};

} // namespace

std::optional<Document> read_document(std::string_view text, Findings& findings) {
    const auto source = check_bytes(text, findings);
    if (!source) return std::nullopt;
    return DocumentReader(*source, findings).read();
}

} // namespace vmwarden::hostpolicy

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/document.h"
#include "src/hostpolicy/source_text.h"
#include "src/hostpolicy/syntax_error.h"
#include "src/hostpolicy/tree_builder.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

namespace vmwarden::hostpolicy {

namespace {

// What failed runs of the parser may have read before we give up: a small file may hold many syntax
// errors, a huge one only few.
constexpr std::size_t most_read_in_vain = 128 * 1024;

// A text as a stream, without a copy; knows how far it has been read. Gives little at a time, so
// that this is near what the parser needed.
class TextBuffer : public std::streambuf {
  public:
    explicit TextBuffer(std::string_view text) {
        // streambuf wants pointers to non-const; nothing here writes.
        auto* begin = const_cast<char*>(text.data());
        setg(begin, begin, begin + text.size());
    }
    [[nodiscard]] std::size_t taken() const { return static_cast<std::size_t>(gptr() - eback()); }

  protected:
    std::streamsize xsgetn(char* out, std::streamsize wanted) override {
        const auto size = std::min({wanted, std::streamsize{512}, egptr() - gptr()});
        std::copy_n(gptr(), size, out);
        gbump(static_cast<int>(size));
        return size;
    }
};

class DocumentReader {
  public:
    DocumentReader(SourceText& source, Findings& findings)
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
        TextBuffer text(source_.from(first));
        const auto next = parse(first, text);
        if (next == 0) return 0;
        read_in_vain_ += text.taken();
        if (read_in_vain_ <= most_read_in_vain) return next;
        findings_.error(code::gave_up, {next, 1, 1}, "not read from here on: too many errors above",
                        "mend them and check again");
        return 0;
    }

    unsigned parse(unsigned first, TextBuffer& text) {
        std::istream stream(&text);
        builder_.begin_at(first);
        try {
            YAML::Parser parser(stream);
            while (parser.HandleNextDocument(builder_)) {
            }
            return 0;
        } catch (const StopReading& stop) {
            failed_ = true;
            return stop.for_good ? 0 : skip_entry({}, {});
        } catch (const MultiLineText& found) {
            failed_ = true;
            return skip_entry(multi_line_complaint, found.span);
        } catch (const YAML::Exception& error) {
            failed_ = true;
            return skip_entry(error.msg, builder_.span_at(error.mark));
        }
    }

    // Leaves out the entry that could not be read; returns the line of the next one, or 0.
    unsigned skip_entry(std::string_view complaint, Span place) {
        LineRange entry{builder_.abandon_entry(), source_.line_count()};
        const auto next = next_entry(entry.first);
        if (next != 0) entry.last = next - 1;
        if (takes_lines_below(complaint) &&
            mend_first_column({entry.first, std::max(entry.last, place.line)}))
            return entry.first;
        if (place.line < entry.first || place.line > entry.last) place = {entry.first, 1, 1};
        if (!complaint.empty() && !source_.reported_within(entry.first, entry.last))
            report_syntax_error(source_, entry, complaint, place, findings_);
        lost_.emplace_back(source_.line(entry.first));
        return next;
    }

    // A line such as "user:qemu" or "user qemu" does not end the value above it, for YAML, and so
    // takes the entry above along. Reports such lines and blanks them: that entry can be read
    // again.
    bool mend_first_column(LineRange lines) {
        bool mended = false;
        for (unsigned n = lines.first; n <= std::min(lines.last, source_.line_count()); ++n) {
            const auto line = source_.line(n);
            const auto space = line.starts_with(' ') ? std::nullopt : missing_space(line);
            const auto slip = space || n == lines.first ? space : missing_colon(line);
            if (!slip) continue;
            findings_.error(space ? code::no_space_after_colon : code::no_colon,
                            {n, slip->column + source_.column_shift(n), slip->length},
                            slip->message, slip->hint);
            lost_.emplace_back(line);
            source_.blank(n);
            mended = true;
        }
        if (mended) builder_.expect_again();
        return mended;
    }

    unsigned next_entry(unsigned after) const {
        for (unsigned n = after + 1; n <= source_.line_count(); ++n)
            if (begins_entry(source_.line(n))) return n;
        return 0;
    }

    SourceText& source_;
    Findings& findings_;
    TreeBuilder builder_;
    std::vector<std::string> lost_;
    std::size_t read_in_vain_ = 0;
    bool failed_ = false;
};

} // namespace

std::optional<Document> read_document(std::string_view text, Findings& findings) {
    auto source = check_bytes(text, findings);
    if (!source) return std::nullopt;
    return DocumentReader(*source, findings).read();
}

} // namespace vmwarden::hostpolicy

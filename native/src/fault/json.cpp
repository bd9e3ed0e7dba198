#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

namespace fault {

namespace {

constexpr int deepest = 32;

class reader {
  public:
    reader(const std::string &text, std::string *mistake) : text_(text), mistake_(mistake) {}

    bool document(json *value) {
        return element(value, 0) && (at_end() || wrong("the end of the text"));
    }

  private:
    bool element(json *value, int depth) {
        space();
        if (depth > deepest) {
            return wrong("at most 32 levels");
        }
        bool good;
        switch (peek()) {
        case '{': good = object(value, depth); break;
        case '[': good = array(value, depth); break;
        case '"': value->is = json::kind::text; good = string(&value->text); break;
        case 't': value->boolean = true; good = word("true", value, json::kind::boolean); break;
        case 'f': good = word("false", value, json::kind::boolean); break;
        case 'n': good = word("null", value, json::kind::null); break;
        default: good = number(value);
        }
        space();
        return good;
    }

    bool object(json *value, int depth) {
        value->is = json::kind::object;
        next_++;
        space();
        if (take('}')) {
            return true;
        }
        do {
            std::string name;
            json member;
            space();
            if (peek() != '"') {
                return wrong("a name in quotation marks");
            }
            const size_t begin = next_;
            if (!string(&name)) {
                return false;
            }
            if (value->member(name.c_str()) != nullptr) {
                next_ = begin;
                return wrong("each name once");
            }
            space();
            if (!take(':')) {
                return wrong("':'");
            }
            if (!element(&member, depth + 1)) {
                return false;
            }
            value->members.emplace_back(std::move(name), std::move(member));
        } while (take(','));
        return take('}') || wrong("',' or '}'");
    }

    bool array(json *value, int depth) {
        value->is = json::kind::array;
        next_++;
        space();
        if (take(']')) {
            return true;
        }
        do {
            json element_of_it;
            if (!element(&element_of_it, depth + 1)) {
                return false;
            }
            value->elements.push_back(std::move(element_of_it));
        } while (take(','));
        return take(']') || wrong("',' or ']'");
    }

    bool string(std::string *out) {
        next_++;
        while (!at_end() && peek() != '"') {
            const unsigned char c = static_cast<unsigned char>(peek());
            if (c < ' ') {
                return wrong("a text without control characters");
            }
            next_++;
            if (c != '\\') {
                out->push_back(static_cast<char>(c));
            } else if (!escape(out)) {
                return false;
            }
        }
        return take('"') || wrong("'\"'");
    }

    bool escape(std::string *out) {
        static const char from[] = "\"\\/bfnrt";
        static const char to[] = "\"\\/\b\f\n\r\t";
        const char c = peek();
        const char *known = c == 0 ? nullptr : strchr(from, c);
        if (known != nullptr) {
            next_++;
            out->push_back(to[known - from]);
            return true;
        }
        if (!take('u')) {
            return wrong("an escape of JSON");
        }
        uint32_t code = 0;
        if (!hexadecimal(&code)) {
            return false;
        }
        if (code >= 0xd800 && code < 0xdc00) {
            uint32_t low = 0;
            if (!(take('\\') && take('u'))) {
                return wrong("the second half of a pair of surrogates");
            }
            if (!hexadecimal(&low)) {
                return false;
            }
            if (low < 0xdc00 || low > 0xdfff) {
                return wrong("the second half of a pair of surrogates");
            }
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        } else if (code >= 0xdc00 && code <= 0xdfff) {
            return wrong("the first half of a pair of surrogates");
        }
        encode(code, out);
        return true;
    }

    bool hexadecimal(uint32_t *code) {
        for (int i = 0; i < 4; i++, next_++) {
            const char c = peek();
            const char *digit = c == 0 ? nullptr : strchr("0123456789abcdefABCDEF", c);
            if (digit == nullptr) {
                return wrong("four hexadecimal digits");
            }
            *code = *code * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        }
        return true;
    }

    static void encode(uint32_t code, std::string *out) {
        if (code < 0x80) {
            out->push_back(static_cast<char>(code));
            return;
        }
        const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        out->push_back(static_cast<char>((0xff00 >> (more + 1) & 0xff) | code >> 6 * more));
        for (int i = more - 1; i >= 0; i--) {
            out->push_back(static_cast<char>(0x80 | (code >> 6 * i & 0x3f)));
        }
    }

    bool number(json *value) {
        const size_t begin = next_;
        take('-');
        if (!take('0') && !digits()) {
            next_ = begin;
            return wrong("a value");
        }
        bool whole = true;
        if (take('.')) {
            whole = false;
            if (!digits()) {
                return wrong("a digit");
            }
        }
        if (peek() == 'e' || peek() == 'E') {
            next_++;
            whole = false;
            if (!take('+')) {
                take('-');
            }
            if (!digits()) {
                return wrong("a digit");
            }
        }
        const std::string written = text_.substr(begin, next_ - begin);
        value->is = json::kind::number;
        value->number = strtod(written.c_str(), nullptr);
        errno = 0;
        value->integer = strtoll(written.c_str(), nullptr, 10);
        value->whole = whole && errno == 0;
        return true;
    }

    bool digits() {
        const size_t begin = next_;
        while (peek() >= '0' && peek() <= '9') {
            next_++;
        }
        return next_ > begin;
    }

    bool word(const char *expected, json *value, json::kind kind) {
        value->is = kind;
        if (text_.compare(next_, strlen(expected), expected) != 0) {
            return wrong("a value");
        }
        next_ += strlen(expected);
        return true;
    }

    bool wrong(const char *expected) {
        size_t line = 1;
        size_t column = 1;
        for (size_t i = 0; i < next_; i++) {
            column = text_[i] == '\n' ? 1 : column + 1;
            line += text_[i] == '\n';
        }
        *mistake_ = std::string(expected) + " was expected at line " + std::to_string(line) + ", column " +
                    std::to_string(column) + ", found " +
                    (at_end()                                          ? "the end of the text"
                     : static_cast<unsigned char>(peek()) < ' ' ? "a control character"
                                                                : "'" + text_.substr(next_, 1) + "'");
        return false;
    }

    void space() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            next_++;
        }
    }

    bool take(char c) {
        const bool there = !at_end() && text_[next_] == c;
        next_ += there;
        return there;
    }

    bool at_end() const { return next_ == text_.size(); }

    char peek() const { return at_end() ? '\0' : text_[next_]; }

    const std::string &text_;
    std::string *mistake_;
    size_t next_ = 0;
};

} // namespace

const json *json::member(const char *name) const {
    for (const auto &each : members) {
        if (each.first == name) {
            return &each.second;
        }
    }
    return nullptr;
}

std::string described(const json &value) {
    switch (value.is) {
    case json::kind::null: return "null";
    case json::kind::boolean: return value.boolean ? "true" : "false";
    case json::kind::number:
        return "the number " + (value.whole ? std::to_string(value.integer) : std::to_string(value.number));
    case json::kind::text: return "the text \"" + value.text + "\"";
    case json::kind::array: return "an array";
    case json::kind::object: return "an object";
    }
    return "nothing";
}

bool parse(const std::string &text, json *value, std::string *mistake) {
    return reader(text, mistake).document(value);
}

} // namespace fault

#include "relay/ops/Options.h"

#include <algorithm>

namespace recado::relay {

namespace {

base::Error optionError(const QString& name, const QString& text) {
    return base::makeError(base::Reason::Configuration, name + QStringLiteral(": ") + text);
}

bool looksLikeAnOption(const QString& word) {
    return word.size() > 1 && word.startsWith(QLatin1Char('-'));
}

} // namespace

base::Result<OptionValues> readOptions(const QStringList& words, const OptionSyntax& syntax) {
    OptionValues values;
    for (qsizetype index = 0; index < words.size(); ++index) {
        const QString& word = words[index];
        if (!word.startsWith(QStringLiteral("--")))
            return optionError(word, QStringLiteral("not understood"));
        const qsizetype equals = word.indexOf(QLatin1Char('='));
        const QString name = word.mid(2, equals < 0 ? -1 : equals - 2);
        const bool isFlag = syntax.flags.contains(name);
        if (!isFlag && !syntax.values.contains(name))
            return optionError(name.isEmpty() ? word : name, QStringLiteral("no such option"));
        if (values.contains(name))
            return optionError(name, QStringLiteral("given twice"));
        if (equals >= 0)
            values.insert(name, word.mid(equals + 1));
        else if (isFlag)
            values.insert(name, QStringLiteral("true"));
        else if (index + 1 < words.size() && !looksLikeAnOption(words[index + 1]))
            values.insert(name, words[++index]);
        else
            return optionError(name, QStringLiteral("wants a value"));
    }
    return values;
}

base::Result<OptionValues> takeOptions(QStringList& words, const QStringList& names) {
    QStringList taken;
    QStringList rest;
    for (qsizetype index = 0; index < words.size(); ++index) {
        const QString& word = words[index];
        const bool wanted = std::any_of(names.begin(), names.end(), [&](const QString& name) {
            const QString option = QStringLiteral("--") + name;
            return word == option || word.startsWith(option + QLatin1Char('='));
        });
        (wanted ? taken : rest).append(word);
        const bool valueFollows = !word.contains(QLatin1Char('=')) && index + 1 < words.size() &&
                                  !looksLikeAnOption(words[index + 1]);
        if (wanted && valueFollows)
            taken.append(words[++index]);
    }
    words = rest;
    return readOptions(taken, {names, {}});
}

bool asksForHelp(const QStringList& words) {
    return words.contains(QStringLiteral("--help")) || words.contains(QStringLiteral("-h"));
}

} // namespace recado::relay

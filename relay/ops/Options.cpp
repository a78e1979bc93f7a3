#include "relay/ops/Options.h"

namespace recado::relay {

namespace {

base::Error optionError(const QString& name, const QString& text) {
    return base::makeError(base::Reason::Configuration, name + QStringLiteral(": ") + text);
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
            return optionError(name, QStringLiteral("no such option"));
        if (values.contains(name))
            return optionError(name, QStringLiteral("given twice"));
        if (equals >= 0)
            values.insert(name, word.mid(equals + 1));
        else if (isFlag)
            values.insert(name, QStringLiteral("true"));
        else if (index + 1 < words.size())
            values.insert(name, words[++index]);
        else
            return optionError(name, QStringLiteral("wants a value"));
    }
    return values;
}

} // namespace recado::relay

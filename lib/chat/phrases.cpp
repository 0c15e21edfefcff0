#include "chat/phrases.h"

#include <array>

namespace chat {

namespace {

struct Row {
    Language language;
    Phrase phrase;
    std::array<std::string_view, 2> ways;
};

constexpr Row rows[] = {
    {Language::english,
     Phrase::hello,
     {"Hello, I'm {}. What would you like to know?", "Hi, {} here. Ask me."}},
    {Language::english, Phrase::hello_again, {"Hello again. What is it?", "Yes? I'm still here."}},
    {Language::english, Phrase::thanks, {"You're welcome.", "Glad to help."}},
    {Language::english, Phrase::goodbye, {"Goodbye.", "See you."}},
    {Language::english, Phrase::identity, {"I'm {}.", "My name is {}."}},
    {Language::english, Phrase::unknown, {"I don't know that.", "I can't tell you anything about that."}},
    {Language::english,
     Phrase::suggestion,
     {"You could ask me about: {}.", "What I can tell you about: {}."}},
    {Language::english, Phrase::said_before, {"As I said:", "Once more:"}},
    {Language::english,
     Phrase::exhausted,
     {"That is all I know about this: {}.", "There is no more I can say on: {}."}},
    {Language::english,
     Phrase::nothing_yet,
     {"More of what? Ask me something first.", "What would you like to know?"}},
    {Language::english,
     Phrase::no_assessment,
     {"I can't tell you how this is judged. Ask me about the matter itself.",
      "That is not for me to say. Let us stay with the task."}},
    {Language::english, Phrase::nervous, {"Oh, well...", "Um, let me think..."}},
    {Language::english, Phrase::impatient, {"Quickly:", "Look,"}},
    {Language::english, Phrase::formal, {"Certainly.", "As follows."}},
    {Language::english, Phrase::friendly, {"Good question!", "Happy to tell you."}},

    {Language::spanish, Phrase::hello, {"Hola, soy {}. ¿Qué quiere saber?", "Hola, aquí {}. Pregunte."}},
    {Language::spanish, Phrase::hello_again, {"Hola otra vez. ¿Qué pasa?", "¿Sí? Sigo aquí."}},
    {Language::spanish, Phrase::thanks, {"De nada.", "Con gusto."}},
    {Language::spanish, Phrase::goodbye, {"Adiós.", "Hasta luego."}},
    {Language::spanish, Phrase::identity, {"Soy {}.", "Me llamo {}."}},
    {Language::spanish, Phrase::unknown, {"Eso no lo sé.", "De eso no puedo decirle nada."}},
    {Language::spanish, Phrase::suggestion, {"Puede preguntarme por: {}.", "Puedo hablarle de: {}."}},
    {Language::spanish, Phrase::said_before, {"Como le dije:", "Otra vez:"}},
    {Language::spanish,
     Phrase::exhausted,
     {"Es todo lo que sé de esto: {}.", "No puedo decir más sobre: {}."}},
    {Language::spanish, Phrase::nothing_yet, {"¿Más de qué? Pregúnteme algo primero.", "¿Qué quiere saber?"}},
    {Language::spanish,
     Phrase::no_assessment,
     {"No puedo decirle cómo se evalúa esto. Pregúnteme por el tema mismo.",
      "Eso no me corresponde decirlo. Sigamos con la tarea."}},
    {Language::spanish, Phrase::nervous, {"Ay, bueno...", "Eh, déjeme pensar..."}},
    {Language::spanish, Phrase::impatient, {"Rápido:", "Mire,"}},
    {Language::spanish, Phrase::formal, {"Por supuesto.", "Con mucho gusto."}},
    {Language::spanish, Phrase::friendly, {"¡Buena pregunta!", "Se lo cuento con gusto."}},

    {Language::french,
     Phrase::hello,
     {"Bonjour, je suis {}. Que voulez-vous savoir ?", "Bonjour, ici {}. Je vous écoute."}},
    {Language::french, Phrase::hello_again, {"Rebonjour. Qu'y a-t-il ?", "Oui ? Je suis toujours là."}},
    {Language::french, Phrase::thanks, {"Je vous en prie.", "Avec plaisir."}},
    {Language::french, Phrase::goodbye, {"Au revoir.", "À bientôt."}},
    {Language::french, Phrase::identity, {"Je suis {}.", "Je m'appelle {}."}},
    {Language::french, Phrase::unknown, {"Cela, je ne le sais pas.", "Je ne peux rien vous en dire."}},
    {Language::french,
     Phrase::suggestion,
     {"Vous pouvez m'interroger sur : {}.", "Je peux vous parler de : {}."}},
    {Language::french, Phrase::said_before, {"Comme je l'ai dit :", "Encore une fois :"}},
    {Language::french,
     Phrase::exhausted,
     {"C'est tout ce que j'en sais : {}.", "Je n'ai rien à ajouter sur : {}."}},
    {Language::french,
     Phrase::nothing_yet,
     {"La suite de quoi ? Posez-moi d'abord une question.", "Que voulez-vous savoir ?"}},
    {Language::french,
     Phrase::no_assessment,
     {"Je ne peux pas vous dire comment c'est évalué. Parlons du sujet lui-même.",
      "Ce n'est pas à moi de le dire. Restons à la tâche."}},
    {Language::french, Phrase::nervous, {"Euh, eh bien...", "Attendez, laissez-moi réfléchir..."}},
    {Language::french, Phrase::impatient, {"Vite :", "Écoutez,"}},
    {Language::french, Phrase::formal, {"Certainement.", "Voici."}},
    {Language::french, Phrase::friendly, {"Bonne question !", "Volontiers."}},

    {Language::chinese, Phrase::hello, {"你好，我是{}。你想知道什么？", "你好，我是{}，请问吧。"}},
    {Language::chinese, Phrase::hello_again, {"又见面了。什么事？", "嗯？我还在。"}},
    {Language::chinese, Phrase::thanks, {"不客气。", "很高兴能帮上忙。"}},
    {Language::chinese, Phrase::goodbye, {"再见。", "回头见。"}},
    {Language::chinese, Phrase::identity, {"我是{}。", "我叫{}。"}},
    {Language::chinese, Phrase::unknown, {"这个我不知道。", "这个我没法告诉你。"}},
    {Language::chinese, Phrase::suggestion, {"你可以问我：{}。", "我可以告诉你：{}。"}},
    {Language::chinese, Phrase::said_before, {"我刚才说过：", "再说一遍："}},
    {Language::chinese, Phrase::exhausted, {"关于{}，我知道的就这些。", "关于{}，没有别的可说了。"}},
    {Language::chinese, Phrase::nothing_yet, {"还有什么？先问我一个问题吧。", "你想知道什么？"}},
    {Language::chinese,
     Phrase::no_assessment,
     {"我不能告诉你怎么评分。请问事情本身吧。", "这不该由我来说。我们还是做任务吧。"}},
    {Language::chinese, Phrase::nervous, {"呃……", "嗯，让我想想……"}},
    {Language::chinese, Phrase::impatient, {"快点说：", "听着，"}},
    {Language::chinese, Phrase::formal, {"好的。", "是这样的。"}},
    {Language::chinese, Phrase::friendly, {"问得好！", "很乐意告诉你。"}},
};

} // namespace

std::string phrase(Language language, Phrase wanted, std::size_t turn, std::string_view about) {
    for (const Row& row : rows) {
        if (row.language != language || row.phrase != wanted) continue;
        std::string text(row.ways[turn % row.ways.size()]);
        if (const std::size_t at = text.find("{}"); at != text.npos) text.replace(at, 2, about);
        return text;
    }
    return {};
}

} // namespace chat

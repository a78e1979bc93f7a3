<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="pt_BR" sourcelanguage="en">
<context>
    <name>recado::ui::Composer</name>
    <message>
        <source>Send</source>
        <translation>Enviar</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>Escreva uma mensagem</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensagem</translation>
    </message>
    <message>
        <source>Message to %1</source>
        <translation>Mensagem para %1</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter starts a new line</source>
        <translation>Enter envia, Shift+Enter começa uma nova linha</translation>
    </message>
    <message numerus="yes">
        <source>Too long by %n byte(s)</source>
        <translation>
            <numerusform>%n byte a mais</numerusform>
            <numerusform>%n bytes a mais</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Room for %n byte(s)</source>
        <translation>
            <numerusform>Cabe mais %n byte</numerusform>
            <numerusform>Cabem mais %n bytes</numerusform>
        </translation>
    </message>
    <message>
        <source>This text is too long for one message. Send it in parts.</source>
        <translation>Este texto é longo demais para uma mensagem. Envie-o em partes.</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConnectionBanner</name>
    <message>
        <source>The relay shows another key than before. Nothing is sent until you decide.</source>
        <translation>O servidor mostra uma chave diferente de antes. Nada é enviado até você decidir.</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>Decidir</translation>
    </message>
    <message numerus="yes">
        <source>Offline. %n message(s) will be sent later.</source>
        <translation>
            <numerusform>Sem conexão. %n mensagem será enviada depois.</numerusform>
            <numerusform>Sem conexão. %n mensagens serão enviadas depois.</numerusform>
        </translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Sem conexão</translation>
    </message>
    <message numerus="yes">
        <source>Connecting… %n message(s) are waiting.</source>
        <translation>
            <numerusform>Conectando… %n mensagem aguarda.</numerusform>
            <numerusform>Conectando… %n mensagens aguardam.</numerusform>
        </translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Conectando…</translation>
    </message>
    <message>
        <source>The relay is busy. Recado tries again by itself.</source>
        <translation>O servidor está ocupado. O Recado tenta de novo sozinho.</translation>
    </message>
    <message>
        <source>The relay does not let this device in. Ask who runs it.</source>
        <translation>O servidor não deixa este dispositivo entrar. Pergunte a quem cuida dele.</translation>
    </message>
    <message>
        <source>The relay refuses this connection. Recado tries again by itself.</source>
        <translation>O servidor recusa esta conexão. O Recado tenta de novo sozinho.</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationDelegate</name>
    <message>
        <source>Request</source>
        <translation>Pedido</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationHeader</name>
    <message>
        <source>Back to the list</source>
        <translation>Voltar à lista</translation>
    </message>
    <message>
        <source>Safety number</source>
        <translation>Número de segurança</translation>
    </message>
    <message>
        <source>%1, safety number</source>
        <translation>%1, número de segurança</translation>
    </message>
    <message>
        <source>typing…</source>
        <translation>digitando…</translation>
    </message>
    <message>
        <source>online</source>
        <translation>online</translation>
    </message>
    <message>
        <source>Safety number, compared</source>
        <translation>Número de segurança, comparado</translation>
    </message>
    <message>
        <source>Safety number, changed</source>
        <translation>Número de segurança, mudou</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationModel</name>
    <message>
        <source>typing…</source>
        <translation>digitando…</translation>
    </message>
    <message>
        <source>Safety number has changed</source>
        <translation>O número de segurança mudou</translation>
    </message>
    <message>
        <source>Wants to write to you</source>
        <translation>Quer escrever para você</translation>
    </message>
    <message>
        <source>No messages yet</source>
        <translation>Nenhuma mensagem ainda</translation>
    </message>
    <message>
        <source>You: %1</source>
        <translation>Você: %1</translation>
    </message>
    <message>
        <source>message request</source>
        <translation>pedido de mensagem</translation>
    </message>
    <message>
        <source>online</source>
        <translation>online</translation>
    </message>
    <message numerus="yes">
        <source>%n unread message(s)</source>
        <translation>
            <numerusform>%n mensagem não lida</numerusform>
            <numerusform>%n mensagens não lidas</numerusform>
        </translation>
    </message>
    <message>
        <source>Draft: %1</source>
        <translation>Rascunho: %1</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationPane</name>
    <message>
        <source>New conversation</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Conversas</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>Pedidos</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>Conversas</translation>
    </message>
    <message>
        <source>No requests</source>
        <translation>Nenhum pedido</translation>
    </message>
    <message>
        <source>When someone new writes to you, you decide here.</source>
        <translation>Quando alguém novo escreve para você, é aqui que você decide.</translation>
    </message>
    <message>
        <source>No conversations yet</source>
        <translation>Nenhuma conversa ainda</translation>
    </message>
    <message>
        <source>Write to someone whose address you know.</source>
        <translation>Escreva para alguém cujo endereço você conhece.</translation>
    </message>
</context>
<context>
    <name>recado::ui::ConversationView</name>
    <message>
        <source>Choose a conversation</source>
        <translation>Escolha uma conversa</translation>
    </message>
    <message>
        <source>Or write to someone new.</source>
        <translation>Ou escreva para alguém novo.</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>Nothing here yet</source>
        <translation>Nada aqui ainda</translation>
    </message>
    <message>
        <source>%1&apos;s safety number has changed. Compare it before you go on.</source>
        <translation>O número de segurança de %1 mudou. Compare-o antes de continuar.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparar</translation>
    </message>
    <message>
        <source>You can write again once you have decided on the new safety number.</source>
        <translation>Você poderá escrever de novo quando decidir sobre o novo número de segurança.</translation>
    </message>
    <message>
        <source>Your address is %1. Give it to people you know.</source>
        <translation>Seu endereço é %1. Passe-o a quem você conhece.</translation>
    </message>
    <message>
        <source>Copy your address</source>
        <translation>Copiar seu endereço</translation>
    </message>
    <message>
        <source>No messages yet</source>
        <translation>Ainda não há mensagens</translation>
    </message>
    <message>
        <source>Only the two of you can read what you write here.</source>
        <translation>Só vocês dois podem ler o que escrevem aqui.</translation>
    </message>
    <message>
        <source>These messages could not be read</source>
        <translation>Não foi possível ler estas mensagens</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Tentar de novo</translation>
    </message>
    <message>
        <source>Try once more. If that does not help, close Recado and open it again.</source>
        <translation>Tente mais uma vez. Se não ajudar, feche o Recado e abra-o de novo.</translation>
    </message>
    <message>
        <source>Someone wants to write to you</source>
        <translation>Alguém quer escrever para você</translation>
    </message>
    <message>
        <source>Choose the request in the list to read it and to decide.</source>
        <translation>Escolha a solicitação na lista para lê-la e decidir.</translation>
    </message>
</context>
<context>
    <name>recado::ui::FirstStartPage</name>
    <message>
        <source>Relay or invitation</source>
        <translation>Servidor ou convite</translation>
    </message>
    <message>
        <source>The address of your relay, or the link somebody sent you.</source>
        <translation>O endereço do seu servidor, ou o link que alguém mandou para você.</translation>
    </message>
    <message>
        <source>Username</source>
        <translation>Nome de usuário</translation>
    </message>
    <message>
        <source>3 to 32 small letters, digits, dots or underscores. People find you by it.</source>
        <translation>De 3 a 32 letras minúsculas, algarismos, pontos ou sublinhados. É por ele que encontram você.</translation>
    </message>
    <message>
        <source>Your name (optional)</source>
        <translation>Seu nome (opcional)</translation>
    </message>
    <message>
        <source>Open with my system&apos;s keychain</source>
        <translation>Abrir com o chaveiro do meu sistema</translation>
    </message>
    <message>
        <source>Ask me for a passphrase</source>
        <translation>Pedir uma frase secreta</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Frase secreta</translation>
    </message>
    <message>
        <source>Passphrase again</source>
        <translation>Frase secreta, de novo</translation>
    </message>
    <message>
        <source>Welcome to Recado</source>
        <translation>Boas-vindas ao Recado</translation>
    </message>
    <message>
        <source>Write with people you know. What you write is readable on your devices and theirs only.</source>
        <translation>Escreva com quem você conhece. O que você escreve só pode ser lido nos seus aparelhos e nos deles.</translation>
    </message>
    <message>
        <source>Create account</source>
        <translation>Criar conta</translation>
    </message>
    <message>
        <source>How shall this profile be protected?</source>
        <translation>Como proteger este perfil?</translation>
    </message>
    <message>
        <source>The key lies in the keychain that opens when you log in</source>
        <translation>A chave fica no chaveiro que se abre quando você entra no sistema</translation>
    </message>
    <message>
        <source>You type it each time Recado starts</source>
        <translation>Você a digita sempre que o Recado inicia</translation>
    </message>
    <message>
        <source>Choose a username.</source>
        <translation>Escolha um nome de usuário.</translation>
    </message>
    <message>
        <source>Use small letters only.</source>
        <translation>Use só letras minúsculas.</translation>
    </message>
    <message>
        <source>Only letters from a to z, digits, dots and underscores will do.</source>
        <translation>Só servem letras de a a z, algarismos, pontos e sublinhados.</translation>
    </message>
    <message>
        <source>That is too short: at least 3 characters.</source>
        <translation>Curto demais: pelo menos 3 caracteres.</translation>
    </message>
    <message>
        <source>That is too long: at most 32 characters.</source>
        <translation>Longo demais: no máximo 32 caracteres.</translation>
    </message>
    <message>
        <source>Which relay? Ask whoever invited you.</source>
        <translation>Qual servidor? Pergunte a quem convidou você.</translation>
    </message>
    <message>
        <source>This is neither an address nor an invitation.</source>
        <translation>Isto não é um endereço nem um convite.</translation>
    </message>
    <message>
        <source>Preparing the profile…</source>
        <translation>Preparando o perfil…</translation>
    </message>
    <message>
        <source>Creating the account…</source>
        <translation>Criando a conta…</translation>
    </message>
    <message>
        <source>At least 8 characters. Nobody else can restore it for you.</source>
        <translation>Pelo menos 8 caracteres. Ninguém mais pode recuperá-la para você.</translation>
    </message>
    <message>
        <source>The keychain did not take the key. Unlock it and try again, or choose a passphrase.</source>
        <translation>O chaveiro não guardou a chave. Desbloqueie-o e tente de novo, ou escolha uma frase secreta.</translation>
    </message>
    <message>
        <source>This relay needs an invitation. Ask somebody there for a link, and put it here.</source>
        <translation>Este servidor precisa de um convite. Peça um link a alguém de lá e coloque-o aqui.</translation>
    </message>
</context>
<context>
    <name>recado::ui::FormField</name>
    <message>
        <source>Show the passphrase</source>
        <translation>Mostrar a frase secreta</translation>
    </message>
    <message>
        <source>Hide the passphrase</source>
        <translation>Esconder a frase secreta</translation>
    </message>
</context>
<context>
    <name>recado::ui::MainWindow</name>
    <message>
        <source>The profile cannot be opened</source>
        <translation>O perfil não pode ser aberto</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Tentar de novo</translation>
    </message>
    <message>
        <source>There is no passphrase in %1: the file is missing, empty, or may not be read.</source>
        <translation>Não há frase secreta em %1: o arquivo não existe, está vazio ou não pode ser lido.</translation>
    </message>
</context>
<context>
    <name>recado::ui::NewConversationDialog</name>
    <message>
        <source>Start</source>
        <translation>Começar</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>Type the address of the person, or only the name when you share a relay.</source>
        <translation>Digite o endereço da pessoa, ou só o nome se vocês usam o mesmo servidor.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Endereço</translation>
    </message>
    <message>
        <source>name or name@relay</source>
        <translation>nome ou nome@servidor</translation>
    </message>
    <message>
        <source>Address, like ana@relay.example.org</source>
        <translation>Endereço, como ana@relay.example.org</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Names are written in small letters.</source>
        <translation>Os nomes são escritos em letras minúsculas.</translation>
    </message>
    <message>
        <source>A name has 3 to 32 small letters, digits, dots or underscores.</source>
        <translation>Um nome tem de 3 a 32 letras minúsculas, algarismos, pontos ou sublinhados.</translation>
    </message>
    <message>
        <source>After the @ comes the name of the relay, like ana@relay.example.org.</source>
        <translation>Depois do @ vem o nome do servidor, como ana@relay.example.org.</translation>
    </message>
    <message>
        <source>You cannot write to this address. Is it your own?</source>
        <translation>Você não pode escrever para este endereço. É o seu?</translation>
    </message>
    <message>
        <source>Only people of your own relay can be reached: addresses that end in @%1.</source>
        <translation>Só é possível escrever a pessoas do seu próprio servidor: endereços que terminam em @%1.</translation>
    </message>
</context>
<context>
    <name>recado::ui::NewMessagesPill</name>
    <message numerus="yes">
        <source>%n new message(s)</source>
        <translation>
            <numerusform>%n nova mensagem</numerusform>
            <numerusform>%n novas mensagens</numerusform>
        </translation>
    </message>
    <message>
        <source>Go to the newest message</source>
        <translation>Ir para a mensagem mais recente</translation>
    </message>
</context>
<context>
    <name>recado::ui::Passphrase</name>
    <message>
        <source>That is too short: at least 8 characters.</source>
        <translation>Curta demais: pelo menos 8 caracteres.</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>As duas não são iguais.</translation>
    </message>
</context>
<context>
    <name>recado::ui::Rail</name>
    <message>
        <source>Chats</source>
        <translation>Conversas</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>Pedidos</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aparência</translation>
    </message>
    <message>
        <source>Your account</source>
        <translation>Sua conta</translation>
    </message>
    <message>
        <source>You are %1</source>
        <translation>Você é %1</translation>
    </message>
    <message>
        <source>Your account, %1</source>
        <translation>Sua conta, %1</translation>
    </message>
    <message>
        <source>Copy your address</source>
        <translation>Copiar seu endereço</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Como o sistema</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Clara</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Escura</translation>
    </message>
</context>
<context>
    <name>recado::ui::RecoveryCodePage</name>
    <message>
        <source>Keep your recovery code</source>
        <translation>Guarde seu código de recuperação</translation>
    </message>
    <message>
        <source>It opens this profile when you lose the passphrase or the keychain. It is shown only now, and nobody can make it again. Whoever has it and this computer can read your messages.</source>
        <translation>Ele abre este perfil quando você perde a frase secreta ou o chaveiro. Só aparece agora, e ninguém pode fazê-lo de novo. Quem tiver o código e este computador pode ler suas mensagens.</translation>
    </message>
    <message>
        <source>I have kept it</source>
        <translation>Já guardei</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>Código de recuperação</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Copy the code, to keep it in a password manager</source>
        <translation>Copiar o código, para guardá-lo num gerenciador de senhas</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Salvar…</translation>
    </message>
    <message>
        <source>Save the code to a file, best not on this computer</source>
        <translation>Salvar o código num arquivo, de preferência fora deste computador</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Copiado.</translation>
    </message>
    <message>
        <source>Save the recovery code</source>
        <translation>Salvar o código de recuperação</translation>
    </message>
    <message>
        <source>Recado recovery code</source>
        <translation>Código de recuperação do Recado</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Salvo.</translation>
    </message>
    <message>
        <source>It could not be saved there. Choose another place.</source>
        <translation>Não foi possível salvar ali. Escolha outro lugar.</translation>
    </message>
</context>
<context>
    <name>recado::ui::RelayKeyDialog</name>
    <message>
        <source>The relay&apos;s key</source>
        <translation>A chave do servidor</translation>
    </message>
    <message>
        <source>Is this still your relay?</source>
        <translation>Este ainda é o seu servidor?</translation>
    </message>
    <message>
        <source>The relay shows another key than the one you know. Perhaps it was set up anew. Perhaps someone is posing as it. Ask whoever runs the relay before you accept. Your messages stay encrypted either way.</source>
        <translation>O servidor mostra uma chave diferente da que você conhece. Talvez tenha sido instalado de novo. Talvez alguém esteja se passando por ele. Pergunte a quem cuida do servidor antes de aceitar. Suas mensagens continuam criptografadas de qualquer modo.</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Agora não</translation>
    </message>
    <message>
        <source>Stay disconnected</source>
        <translation>Continuar sem conexão</translation>
    </message>
    <message>
        <source>Accept the new key</source>
        <translation>Aceitar a nova chave</translation>
    </message>
    <message>
        <source>Trust the relay&apos;s new key and connect</source>
        <translation>Confiar na nova chave do servidor e conectar</translation>
    </message>
</context>
<context>
    <name>recado::ui::RequestBar</name>
    <message>
        <source>Delete</source>
        <translation>Excluir</translation>
    </message>
    <message>
        <source>Delete the request and its messages from this device</source>
        <translation>Excluir o pedido e suas mensagens deste aparelho</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Aceitar</translation>
    </message>
    <message>
        <source>Accept the request and write back</source>
        <translation>Aceitar o pedido e responder</translation>
    </message>
    <message>
        <source>%1 wants to write to you</source>
        <translation>%1 quer escrever para você</translation>
    </message>
    <message>
        <source>You do not know %1 yet. Until you accept, they see neither that you are online nor that you have read this.</source>
        <translation>Você ainda não conhece %1. Até você aceitar, essa pessoa não vê que você está online nem que leu isto.</translation>
    </message>
</context>
<context>
    <name>recado::ui::SafetyNumberDialog</name>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Remove the mark</source>
        <translation>Retirar a marca</translation>
    </message>
    <message>
        <source>Go on without comparing</source>
        <translation>Continuar sem comparar</translation>
    </message>
    <message>
        <source>They are the same</source>
        <translation>São iguais</translation>
    </message>
    <message>
        <source>Safety number</source>
        <translation>Número de segurança</translation>
    </message>
    <message>
        <source>Safety number with %1</source>
        <translation>Número de segurança com %1</translation>
    </message>
    <message>
        <source>Copy the number, to compare it somewhere else</source>
        <translation>Copiar o número, para compará-lo em outro lugar</translation>
    </message>
    <message>
        <source>The number no longer counts as compared</source>
        <translation>O número deixa de contar como comparado</translation>
    </message>
    <message>
        <source>Trust the new number as it is</source>
        <translation>Confiar no novo número como está</translation>
    </message>
    <message>
        <source>Mark the number as compared</source>
        <translation>Marcar o número como comparado</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Copiado.</translation>
    </message>
    <message>
        <source>%1&apos;s safety number has changed</source>
        <translation>O número de segurança de %1 mudou</translation>
    </message>
    <message>
        <source>Perhaps %1 has a new device. Perhaps someone is posing as %1. Call or meet %1 and compare the new number before you go on.</source>
        <translation>Talvez %1 tenha um novo aparelho. Talvez alguém esteja se passando por %1. Ligue para %1 ou encontre-se com %1 e compare o novo número antes de continuar.</translation>
    </message>
    <message>
        <source>Compare this number with %1 in person or on a call. When it is the same on both sides, nobody reads along.</source>
        <translation>Compare este número com %1 pessoalmente ou por telefone. Se for igual dos dois lados, ninguém mais lê a conversa.</translation>
    </message>
    <message>
        <source>The number will be known after the first message.</source>
        <translation>O número será conhecido depois da primeira mensagem.</translation>
    </message>
    <message>
        <source>You have compared it: it is the same.</source>
        <translation>Você o comparou: é o mesmo.</translation>
    </message>
    <message>
        <source>Sending waits for your decision.</source>
        <translation>O envio aguarda sua decisão.</translation>
    </message>
    <message>
        <source>You have not compared it yet.</source>
        <translation>Você ainda não o comparou.</translation>
    </message>
</context>
<context>
    <name>recado::ui::Time</name>
    <message>
        <source>Yesterday</source>
        <translation>Ontem</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Hoje</translation>
    </message>
    <message>
        <source>dddd, d MMMM</source>
        <translation>dddd, d &apos;de&apos; MMMM</translation>
    </message>
    <message>
        <source>d MMMM yyyy</source>
        <translation>d &apos;de&apos; MMMM &apos;de&apos; yyyy</translation>
    </message>
    <message>
        <source>last seen at %1</source>
        <translation>visto por último às %1</translation>
    </message>
    <message>
        <source>last seen yesterday at %1</source>
        <translation>visto por último ontem às %1</translation>
    </message>
    <message>
        <source>last seen on %1</source>
        <translation>visto por último em %1</translation>
    </message>
    <message>
        <source>d MMMM</source>
        <translation>d &apos;de&apos; MMMM</translation>
    </message>
</context>
<context>
    <name>recado::ui::Timeline</name>
    <message>
        <source>Messages from %1 are missing here.</source>
        <translation>Faltam aqui mensagens de %1.</translation>
    </message>
    <message>
        <source>edited %1</source>
        <translation>editada %1</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Tentar de novo</translation>
    </message>
    <message>
        <source>New messages</source>
        <translation>Novas mensagens</translation>
    </message>
</context>
<context>
    <name>recado::ui::TimelineView</name>
    <message>
        <source>Messages</source>
        <translation>Mensagens</translation>
    </message>
    <message>
        <source>Copy selection</source>
        <translation>Copiar seleção</translation>
    </message>
    <message>
        <source>Copy text</source>
        <translation>Copiar texto</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Tentar de novo</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Você</translation>
    </message>
    <message>
        <source>in reply to: %1</source>
        <translation>em resposta a: %1</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>editada</translation>
    </message>
</context>
<context>
    <name>recado::ui::UnlockPage</name>
    <message>
        <source>Passphrase</source>
        <translation>Frase secreta</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>Boas-vindas de volta</translation>
    </message>
    <message>
        <source>Your messages are locked on this computer.</source>
        <translation>Suas mensagens estão trancadas neste computador.</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Desbloquear</translation>
    </message>
    <message>
        <source>Type the passphrase of this profile.</source>
        <translation>Digite a frase secreta deste perfil.</translation>
    </message>
    <message>
        <source>Unlocking…</source>
        <translation>Desbloqueando…</translation>
    </message>
    <message>
        <source>Recovery code</source>
        <translation>Código de recuperação</translation>
    </message>
    <message>
        <source>Eight groups of four, as you kept them when you made this profile.</source>
        <translation>Oito grupos de quatro, como você os guardou ao criar este perfil.</translation>
    </message>
    <message>
        <source>New passphrase</source>
        <translation>Nova frase secreta</translation>
    </message>
    <message>
        <source>At least 8 characters. It opens the profile from now on.</source>
        <translation>Pelo menos 8 caracteres. Ela abre o perfil de agora em diante.</translation>
    </message>
    <message>
        <source>New passphrase again</source>
        <translation>Nova frase secreta, de novo</translation>
    </message>
    <message>
        <source>Your profile is locked</source>
        <translation>Seu perfil está bloqueado</translation>
    </message>
    <message>
        <source>The key in your system&apos;s keychain does not open it. Your recovery code does.</source>
        <translation>A chave no chaveiro do sistema não o abre. Seu código de recuperação abre.</translation>
    </message>
    <message>
        <source>Your system&apos;s keychain does not give its key. Unlock the keychain and try again, or use your recovery code.</source>
        <translation>O chaveiro do sistema não entrega a chave. Desbloqueie o chaveiro e tente de novo, ou use seu código de recuperação.</translation>
    </message>
    <message>
        <source>Open with your recovery code</source>
        <translation>Abrir com seu código de recuperação</translation>
    </message>
    <message>
        <source>It opens this profile; from then on a new passphrase does, too.</source>
        <translation>Ele abre este perfil; a partir daí, uma nova frase secreta também o abre.</translation>
    </message>
    <message>
        <source>Try the keychain again</source>
        <translation>Tentar o chaveiro de novo</translation>
    </message>
    <message>
        <source>I know the passphrase</source>
        <translation>Eu sei a frase secreta</translation>
    </message>
    <message>
        <source>I have lost the passphrase</source>
        <translation>Perdi a frase secreta</translation>
    </message>
    <message>
        <source>Type the code, or paste it.</source>
        <translation>Digite ou cole o código.</translation>
    </message>
    <message>
        <source>This code does not open the profile. Check each letter.</source>
        <translation>Este código não abre o perfil. Confira cada letra.</translation>
    </message>
</context>
<context>
    <name>recado::ui::Words</name>
    <message>
        <source>Not sent: the safety number has changed.</source>
        <translation>Não enviada: o número de segurança mudou.</translation>
    </message>
    <message>
        <source>Not sent: this account no longer exists.</source>
        <translation>Não enviada: esta conta não existe mais.</translation>
    </message>
    <message>
        <source>Not sent: their mailbox is full.</source>
        <translation>Não enviada: a caixa de entrada está cheia.</translation>
    </message>
    <message>
        <source>Not sent: the relay is busy.</source>
        <translation>Não enviada: o servidor está ocupado.</translation>
    </message>
    <message>
        <source>Not sent: the relay did not answer.</source>
        <translation>Não enviada: o servidor não respondeu.</translation>
    </message>
    <message>
        <source>Not sent: it is too long for this relay.</source>
        <translation>Não enviada: é longa demais para este servidor.</translation>
    </message>
    <message>
        <source>Not sent: the relay does not allow it.</source>
        <translation>Não enviada: o servidor não permite.</translation>
    </message>
    <message>
        <source>Not sent.</source>
        <translation>Não enviada.</translation>
    </message>
    <message>
        <source>This username is taken. Choose another.</source>
        <translation>Este nome de usuário já tem dono. Escolha outro.</translation>
    </message>
    <message>
        <source>This relay takes no new accounts.</source>
        <translation>Este servidor não aceita novas contas.</translation>
    </message>
    <message>
        <source>This relay needs an invitation, and this one is not valid. Ask for a new link.</source>
        <translation>Este servidor exige um convite, e este não é válido. Peça um novo link.</translation>
    </message>
    <message>
        <source>Nobody has this address. Check how it is written.</source>
        <translation>Ninguém tem este endereço. Veja se está escrito certo.</translation>
    </message>
    <message>
        <source>The relay does not answer. Check the address and your connection.</source>
        <translation>O servidor não responde. Verifique o endereço e sua conexão.</translation>
    </message>
    <message>
        <source>The relay is busy. Try again in a moment.</source>
        <translation>O servidor está ocupado. Tente de novo daqui a pouco.</translation>
    </message>
    <message>
        <source>This passphrase does not open the profile.</source>
        <translation>Esta frase secreta não abre o perfil.</translation>
    </message>
    <message>
        <source>Another program has this profile open. Close it and try again.</source>
        <translation>Outro programa está com este perfil aberto. Feche-o e tente de novo.</translation>
    </message>
    <message>
        <source>The profile&apos;s data is damaged. Nothing was changed in it.</source>
        <translation>Os dados do perfil estão danificados. Nada foi alterado neles.</translation>
    </message>
    <message>
        <source>The disk refused to write. Check its free space and your permissions.</source>
        <translation>O disco se recusou a gravar. Verifique o espaço livre e suas permissões.</translation>
    </message>
    <message>
        <source>The relay does not recognise this device.</source>
        <translation>O servidor não reconhece este aparelho.</translation>
    </message>
    <message>
        <source>The relay speaks another version. Update Recado and try again.</source>
        <translation>O servidor fala outra versão. Atualize o Recado e tente de novo.</translation>
    </message>
    <message>
        <source>The relay shows another key than before. Ask who runs it.</source>
        <translation>O servidor mostra uma chave diferente de antes. Pergunte a quem cuida dele.</translation>
    </message>
    <message>
        <source>This text is too long. Send it in parts.</source>
        <translation>Este texto é longo demais. Envie-o em partes.</translation>
    </message>
    <message>
        <source>Decide on the changed safety number first.</source>
        <translation>Decida antes sobre o número de segurança que mudou.</translation>
    </message>
    <message>
        <source>This is not a complete address.</source>
        <translation>Este endereço não está completo.</translation>
    </message>
    <message>
        <source>This did not work. Try again.</source>
        <translation>Não deu certo. Tente de novo.</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Enviando</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviada</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>Entregue</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>Lida</translation>
    </message>
    <message>
        <source>Not sent</source>
        <translation>Não enviada</translation>
    </message>
    <message>
        <source>You deleted this message.</source>
        <translation>Você excluiu esta mensagem.</translation>
    </message>
    <message>
        <source>This message was deleted.</source>
        <translation>Esta mensagem foi excluída.</translation>
    </message>
    <message>
        <source>This message could not be decrypted. It has been asked for again.</source>
        <translation>Não foi possível decifrar esta mensagem. Ela foi pedida de novo.</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Imagem</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>Vídeo</translation>
    </message>
    <message>
        <source>Voice message</source>
        <translation>Mensagem de voz</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Arquivo</translation>
    </message>
    <message>
        <source>The system&apos;s keychain does not give the key. Unlock it and try again.</source>
        <translation>O chaveiro do sistema não entrega a chave. Desbloqueie-o e tente de novo.</translation>
    </message>
    <message>
        <source>Other people on this computer may read the profile&apos;s key file. Take that right away from them (mode 0600) and try again.</source>
        <translation>Outras pessoas neste computador podem ler o arquivo de chave do perfil. Retire essa permissão (modo 0600) e tente de novo.</translation>
    </message>
    <message>
        <source>The key does not open the profile&apos;s database: it belongs to another one, or the database is damaged. Nothing was changed.</source>
        <translation>A chave não abre o banco de dados do perfil: é de outro, ou o banco de dados está danificado. Nada foi alterado.</translation>
    </message>
    <message>
        <source>The profile&apos;s folder cannot be used. It must be a folder of your own, on a disk with free space.</source>
        <translation>A pasta do perfil não pode ser usada. Deve ser uma pasta sua, em um disco com espaço livre.</translation>
    </message>
    <message>
        <source>A newer Recado wrote this profile. Update Recado and try again.</source>
        <translation>Um Recado mais novo gravou este perfil. Atualize o Recado e tente de novo.</translation>
    </message>
</context>
</TS>

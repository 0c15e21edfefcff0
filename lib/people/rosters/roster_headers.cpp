#include "people/rosters/roster_headers.h"

#include <set>

namespace people {

namespace {

struct Field {
    std::string_view name, headers; // between spaces, which no column's name has
};

// In English, German, French, Spanish, Italian and Chinese. "Name" is not among them: nobody can tell which
// part of a name it holds.
constexpr Field fields[] = {
    {"nickname", " nickname nick spitzname rufname surnom pseudo apodo alias soprannome nomignolo 昵称 "},
    {"first_name",
     " first_name firstname given_name forename vorname prénom prÉnom prenom nombre nombres nome"
     " 名 名字 "},
    {"last_name",
     " last_name lastname surname family_name nachname familienname nom nom_de_famille apellido"
     " apellidos cognome 姓 姓氏 "},
    {"role", " role rolle rôle rol ruolo 角色 "},
    {"class", " class classes klasse classe clase grupo 班级 班 "},
    {"teacher",
     " teacher lehrer lehrerin lehrkraft klassenlehrer enseignant enseignante professeur profesor"
     " profesora insegnante docente 教师 老师 "},
    {"pin", " pin pin_码 "},
    {"username",
     " username user_name login benutzername identifiant nom_d'utilisateur usuario"
     " nombre_de_usuario utente nome_utente 用户名 "},
    {"email",
     " email e_mail mail email_address e_mail_adresse courriel adresse_e_mail correo"
     " correo_electrónico posta_elettronica indirizzo_e_mail 邮箱 电子邮件 "},
    {"external_id",
     " external_id student_id schülernummer matrikelnummer matricule matrícula matricola 学号 "},
};

std::string_view field_of(const std::string& column) {
    if (column.find(' ') != column.npos) return "";
    for (const Field& field : fields)
        if (field.headers.find(" " + column + " ") != field.headers.npos) return field.name;
    return "";
}

} // namespace

std::vector<std::string_view> roster_fields(const std::vector<std::string>& columns) {
    std::vector<std::string_view> found;
    std::set<std::string_view> taken;
    for (const std::string& column : columns) {
        const std::string_view field = column.empty() ? "" : field_of(column);
        found.push_back(field.empty() || taken.insert(field).second ? field : "");
    }
    return found;
}

} // namespace people

//! Tests of the detection of other languages.

use super::language::is_not_english;
use crate::model::Answer;
use crate::text::{Document, Lexicon};

fn is_foreign(text: &str) -> bool {
    let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
    document.read(text, 0, &mut lexicon);
    is_not_english(&Answer::new("a", text), &document, &lexicon)
}

#[test]
fn answers_in_other_languages_are_recognised() {
    for text in [
        "Wir haben zuerst den Fehler gesucht und dann die alte Version wieder eingespielt, weil die Kunden nicht mehr bezahlen konnten. Danach haben wir mit dem Team besprochen, wie das passiert ist.",
        "On a d'abord cherché la panne, puis nous avons remis la version précédente parce que les clients ne pouvaient plus payer. Ensuite, nous avons discuté avec l'équipe des causes et de la suite.",
        "Primero buscamos el fallo y después volvimos a la versión anterior, porque los clientes no podían pagar. Luego hablamos con el equipo sobre las causas y sobre lo que íbamos a cambiar para que no pasara más.",
        "Primeiro procuramos a falha e depois voltamos para a versão anterior, porque os clientes não conseguiam pagar. Então conversamos com a equipe sobre as causas e sobre o que mudar, para que isso não aconteça mais.",
        "Prima abbiamo cercato il guasto e poi siamo tornati alla versione precedente, perché i clienti non potevano pagare. Dopo abbiamo parlato con il team delle cause e di quello che si doveva cambiare nel processo.",
        "We hebben eerst naar de fout gezocht en daarna de oude versie teruggezet, omdat de klanten niet meer konden betalen. Daarna hebben we met het team besproken hoe dat was gebeurd en wat er beter moet.",
        "Najpierw szukaliśmy błędu, a potem przywróciliśmy poprzednią wersję, bo klienci nie mogli płacić. Potem rozmawialiśmy z zespołem o tym, jak to się stało i co należy zmienić, żeby nie zdarzyło się więcej.",
        "Önce hatayı aradık ve sonra eski sürüme geri döndük, çünkü müşteriler ödeme yapamıyordu. Daha sonra ekip ile bunun nasıl olduğunu ve bir daha olmaması için ne yapmak gerektiğini konuştuk; bu çok yararlı oldu.",
        "Мы сначала искали ошибку, а потом вернули прежнюю версию, потому что клиенты не могли платить.",
        "بحثنا أولا عن الخلل ثم أعدنا النسخة السابقة لأن العملاء لم يتمكنوا من الدفع.",
        "我们先查找故障，然后恢复了旧版本，因为客户无法付款。之后我们与团队讨论了原因，并改进了发布流程和监控。",
        "हमने पहले गलती खोजी और फिर पुराना संस्करण वापस लगाया क्योंकि ग्राहक भुगतान नहीं कर पा रहे थे।",
        "最初に障害の原因を調べ、その後リリースを戻しました。顧客が支払いできなかったからです。",
        "먼저 오류를 찾고 나서 고객이 결제할 수 없었기 때문에 이전 버전으로 되돌렸습니다. 그 후 팀과 논의했습니다.",
        "Πρώτα ψάξαμε το σφάλμα και μετά επαναφέραμε την προηγούμενη έκδοση.",
    ] {
        assert!(is_foreign(text), "{text}");
    }
}

#[test]
fn english_is_not_taken_for_another_language() {
    for text in [
        "First I rolled the release back, because customers could not pay, and then we looked for the reason.",
        "rollback canary blue-green feature flags SLO SLI error budget burn rate pager runbook postmortem toil MTTR MTBF RTO RPO DR AZ EC2 IAM KMS VPC",
        "p95 600ms -> 180ms; cache added, N+1 fixed, index on orders, pool 10 -> 40, GC tuned, CDN on, load test weekly, dashboards, alert on p95",
        "so um yeah basically we had like this outage right and uh I was on call and we just you know rolled it back and told people",
        "I am make first the backup, after I check restore is working, because without test backup is nothing. My team do this every month.",
        "In Munich we said \u{201c}Wir haben das nicht gewusst, und das ist ein Problem\u{201d} to the customer, and then we told them in English what had happened and when it would be fixed.",
        "Our team in S\u{e3}o Paulo calls it mutir\u{e3}o; the one in Den Haag says het is wat het is. Both mean that all of us clean up the backlog for a day.",
        "2024-05-01T10:00:00Z ERROR db pool timeout host=de-fra-1 az=b\n2024-05-01T10:00:01Z WARN retry n=3 host=es-mad-2 la=5\nkubectl get pods -n prod -o wide | grep -v Running",
        "for node in nodes:\n    con = connect(node.host, port)\n    con.execute(sql)\n    rows.append(con.fetch())\nif err != nil { return err }\nvar total = 0; let mut el = list.pop(); el.focus(); echo $un | grep -c de",
        "\u{3b1}, \u{3b2} and \u{3bb} are rates; \u{394}t is the time between two samples, and \u{3a3} is over all of them.",
        "Bonjour tout le monde",
        "",
    ] {
        assert!(!is_foreign(text), "{text}");
    }
}

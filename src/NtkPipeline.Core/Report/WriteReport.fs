namespace NtkPipeline.Core

/// Stage: findings → report.html.
[<RequireQualifiedAccess>]
module WriteReport =

    let name = "write-report"

    let stage: Stage<Findings, string> = {
        Name = name
        Version = 11
        Settings = ""
        Codec = Codec.text "report/1" "html"
        Body = Pure(Report.html >> Ok)
    }

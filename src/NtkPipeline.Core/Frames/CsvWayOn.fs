namespace NtkPipeline.Core

/// How to go on with a table of texts that is written otherwise: what a spreadsheet of another language, or of another time, saves.
[<RequireQualifiedAccess>]
module CsvWayOn =

    /// Of bytes that are not UTF-8; none where they are no text.
    let ofBytes (bytes: byte[]) : string option =
        match bytes with
        | [||] -> None
        | _ when
            bytes.Length > 1 && (bytes[0], bytes[1]) = (0xFFuy, 0xFEuy)
            || bytes.Length > 1 && (bytes[0], bytes[1]) = (0xFEuy, 0xFFuy)
            ->
            Some
                "it begins as UTF-16 does, and `iconv -f UTF-16 -t UTF-8 OLD.csv > NEW.csv` converts it, as does saving it as CSV UTF-8"
        | _ when Array.contains 0uy bytes -> None
        | _ ->
            Some
                "if it is in Latin-1 or Windows-1252, `iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv` converts it, as does saving it as CSV UTF-8"

    /// Of a first line without a comma that semicolons, tabs or bars divide; none of another.
    let ofHeader (text: string) : string option =
        let first = text.Split([| '\n'; '\r' |], 2)[0]

        let divided =
            [ ';', "semicolons", "';'"; '\t', "tabs", "'\\t'"; '|', "bars", "'|'" ]
            |> List.tryFind (fun (sign, _, _) -> first.Contains sign)

        match divided with
        | Some(_, signs, sign) when not (first.Contains ',') ->
            Some
                $"its fields are divided by %s{signs}, and commas are wanted; `python3 -c \"import csv, sys; csv.writer(sys.stdout).writerows(csv.reader(sys.stdin, delimiter=%s{sign}))\" < OLD.csv > NEW.csv` writes it with commas"
        | _ -> None

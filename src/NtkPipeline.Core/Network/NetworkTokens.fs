namespace NtkPipeline.Core

open System.Globalization
open FParsec

/// The smallest parts of a network's text: signs, numbers and names, each with the blanks that follow it.
[<RequireQualifiedAccess>]
module internal NetworkTokens =

    /// Runs a parser and then a check; what the check refuses is shown at the parser's start.
    let only (check: 'a -> Result<'b, string>) (parser: Parser<'a, 'u>) : Parser<'b, 'u> =
        fun stream ->
            let start = stream.State
            let reply = parser stream

            if reply.Status <> Ok then
                Reply(reply.Status, reply.Error)
            else
                match check reply.Result with
                | Result.Ok value -> Reply(value)
                | Result.Error reason ->
                    stream.BacktrackTo start
                    Reply(FatalError, messageError reason)

    let token (text: string) : Parser<string, 'u> = pstring text .>> spaces

    let real<'u> : Parser<float, 'u> =
        let digits = NumberLiteralOptions.AllowFraction ||| NumberLiteralOptions.AllowExponent
        let literal = numberLiteral (digits ||| NumberLiteralOptions.AllowMinusSign) "number"

        literal .>> spaces
        |> only (fun literal ->
            match
                System.Double.TryParse(literal.String, NumberStyles.Float, CultureInfo.InvariantCulture)
            with
            | true, value when Option.isNone (FloatRange.refusal literal.String) -> Result.Ok value
            | _ -> Result.Error $"'%s{PlainLine.ofWords literal.String}' is not a number that fits 64 bits")

    let whole<'u> : Parser<int, 'u> =
        numberLiteral NumberLiteralOptions.AllowMinusSign "whole number" .>> spaces
        |> only (fun literal ->
            match
                System.Int32.TryParse(
                    literal.String,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture
                )
            with
            | true, value -> Result.Ok value
            | _ ->
                Result.Error
                    $"%s{PlainLine.ofWords literal.String} is not between -%d{System.Int32.MaxValue} and %d{System.Int32.MaxValue}")

    let word<'u> : Parser<string, 'u> =
        many1Satisfy2L isAsciiLetter (fun c -> isAsciiLetter c || isDigit c || c = '-') "layer" .>> spaces

    let argument (parser: Parser<'t, 'u>) : Parser<'t, 'u> = between (token "(") (token ")") parser

    /// 'name=value' in any order, each name at most once: what they make of a draft.
    let named (entries: (string * Parser<'draft -> 'draft, 'u>) list) (draft: 'draft) : Parser<'draft, 'u> =
        entries
        |> List.map (fun (name, parser) -> token $"%s{name}=" >>. parser |>> fun set -> name, set)
        |> choice
        |> many
        |> only (fun found ->
            match found |> List.countBy fst |> List.tryFind (fun (_, count) -> count > 1) with
            | Some(name, _) -> Result.Error $"%s{name}= is given twice"
            | None -> found |> List.fold (fun draft (_, set) -> set draft) draft |> Result.Ok)

    /// One of several words, each standing for a value.
    let oneOf (words: (string * 'value) list) : Parser<'value, 'u> =
        words |> List.map (fun (word, value) -> token word >>% value) |> choice

namespace NtkPipeline.Arrays

open System
open NtkPipeline.Core

/// What a call of this namespace refuses: its message is one sentence that says what is wrong and how to go on. F# has the same as values,
/// in `NtkPipeline.Core`.
type RefusedException(sentence: string) =
    inherit Exception(sentence)

/// From results to values or exceptions.
[<RequireQualifiedAccess>]
module internal Refused =

    let because (sentence: string) : 'a = raise (RefusedException sentence)

    /// The value, or the sentence that says why there is none.
    let orValue (result: Result<'a, PipelineError>) : 'a =
        match result with
        | Ok value -> value
        | Error refusal -> because refusal.Sentence

    /// The same of an argument that is read from a text.
    let orArgument (name: string) (result: Result<'a, string>) : 'a =
        match result with
        | Ok value -> value
        | Error reason -> because $"%s{name}: %s{reason}"

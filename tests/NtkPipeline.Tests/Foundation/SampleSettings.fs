/// A record of every shape that a setting may have.
module NtkPipeline.Tests.SampleSettings

open NtkPipeline.Core

type Nested = { Numbers: int list; Label: string }

type Settings = {
    Rate: float
    Names: string[]
    Inner: Nested
    Choice: Result<int, string>
    Missing: int option
}

let settings = {
    Rate = 0.1
    Names = [| "a"; "b\"" |]
    Inner = { Numbers = [ 1; 2 ]; Label = "x" }
    Choice = Error "no"
    Missing = None
}

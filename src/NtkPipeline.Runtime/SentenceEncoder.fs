namespace NtkPipeline.Runtime
open NtkPipeline.Core
type Vocab() =
    member _.Ids(text: string) : int[] = [| text.Length |]
[<RequireQualifiedAccess>]
module SentenceEncoderModule =
    let identify (folder: string) : Result<Digest, PipelineError> = Error(DataRefused folder)
    let encodeAll (folder: string) (texts: string[]) : Result<Matrix<float32>, PipelineError> = Error(DataRefused (folder + string texts.Length))
    let loadVocabulary (path: string) : Result<Vocab, PipelineError> = Error(DataRefused path)
